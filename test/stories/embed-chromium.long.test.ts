import { openBrowser } from './browser-pages.ts';
import { embedStories } from './embed-stories.ts';

embedStories('Chromium', openBrowser);
