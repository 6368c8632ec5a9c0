import { launch } from 'puppeteer-core';
import { findFirefox } from '../firefox.ts';
import { frameworkStories } from './framework-stories.ts';

const executablePath = findFirefox();

frameworkStories(
  'Firefox',
  executablePath === null ? null : () => launch({ browser: 'firefox', executablePath, headless: true }),
);
