import { openBrowser } from './browser-pages.ts';
import { signInStories } from './sign-in-stories.ts';

signInStories('Chromium', openBrowser);
