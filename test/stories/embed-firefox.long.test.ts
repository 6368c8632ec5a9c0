import { launch } from 'puppeteer-core';
import { findFirefox } from '../firefox.ts';
import { embedStories } from './embed-stories.ts';

const executablePath = findFirefox();

embedStories(
  'Firefox',
  executablePath === null ? null : () => launch({ browser: 'firefox', executablePath, headless: true }),
);
