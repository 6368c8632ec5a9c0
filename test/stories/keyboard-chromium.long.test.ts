import { openBrowser } from './browser-pages.ts';
import { keyboardStories } from './keyboard-stories.ts';

keyboardStories('Chromium', openBrowser);
