import { basePathStories } from './base-path-stories.ts';
import { openBrowser } from './browser-pages.ts';

basePathStories('Chromium', openBrowser);
