import { openBrowser } from './pages.ts';
import { signInStories } from './sign-in-stories.ts';

signInStories('Chromium', openBrowser);
