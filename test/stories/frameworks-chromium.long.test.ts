import { openBrowser } from './browser-pages.ts';
import { frameworkStories } from './framework-stories.ts';

frameworkStories('Chromium', openBrowser);
