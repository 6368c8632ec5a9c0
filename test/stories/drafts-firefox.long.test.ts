import { launch } from 'puppeteer-core';
import { findFirefox } from '../firefox.ts';
import { draftStories } from './drafts-stories.ts';

const executablePath = findFirefox();

draftStories(
  'Firefox',
  executablePath === null
    ? null
    : (userDataDir) =>
        launch({ browser: 'firefox', executablePath, headless: true, ...(userDataDir && { userDataDir }) }),
);
