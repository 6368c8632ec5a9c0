import { openBrowser } from './browser-pages.ts';
import { proxyStories } from './proxies-stories.ts';

proxyStories('Chromium', openBrowser);
