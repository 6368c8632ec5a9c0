import { openBrowser } from './pages.ts';
import { proxyStories } from './proxies-stories.ts';

proxyStories('Chromium', openBrowser);
