import { launch } from 'puppeteer-core';
import { findChromium } from '../chromium.ts';
import { draftStories } from './drafts-stories.ts';

draftStories('Chromium', async (userDataDir) => {
  const { executablePath, args, env } = await findChromium();
  return launch({
    executablePath,
    args: [...args],
    env,
    headless: 'shell',
    ...(userDataDir && { userDataDir }),
  });
});
