import { launch } from 'puppeteer-core';
import { findFirefox } from '../firefox.ts';
import { basePathStories } from './base-path-stories.ts';

const executablePath = findFirefox();

basePathStories(
  'Firefox',
  executablePath === null ? null : () => launch({ browser: 'firefox', executablePath, headless: true }),
);
