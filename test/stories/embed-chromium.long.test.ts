import { embedStories } from './embed-stories.ts';
import { openBrowser } from './pages.ts';

embedStories('Chromium', openBrowser);
