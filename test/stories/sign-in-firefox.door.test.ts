import { launch } from 'puppeteer-core';
import { findFirefox } from '../firefox.ts';
import { signInStories } from './sign-in-stories.ts';

const executablePath = findFirefox();

signInStories(
  'Firefox',
  executablePath === null ? null : () => launch({ browser: 'firefox', executablePath, headless: true }),
);
