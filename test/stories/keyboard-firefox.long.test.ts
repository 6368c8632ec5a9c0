import { launch } from 'puppeteer-core';
import { findFirefox } from '../firefox.ts';
import { keyboardStories } from './keyboard-stories.ts';

const executablePath = findFirefox();

keyboardStories(
  'Firefox',
  executablePath === null ? null : () => launch({ browser: 'firefox', executablePath, headless: true }),
);
