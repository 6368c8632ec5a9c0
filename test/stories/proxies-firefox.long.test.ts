import { realBrowsers } from '../door/browsers.ts';
import { proxyStories } from './proxies-stories.ts';

proxyStories('Firefox', realBrowsers().Firefox);
