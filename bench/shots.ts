/**
 * Pictures of every page in all its states, and of what agents ask and print, into a folder: `npm run shots -- FOLDER
 * [WORD …]`. With words, only the pictures whose names contain them all.
 */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { type Browser, launch, type Page } from 'puppeteer-core';
import { type Busy, busyProject } from '../test/busy-project.ts';
import { findChromium } from '../test/chromium.ts';
import type { DaemonFixture } from '../test/daemon-fixture.ts';
import { live } from '../test/stories/browser-pages.ts';
import { agentsAtWork } from './agents-at-work.ts';

const WIDTHS = [320, 768, 1280, 2560];
const HEIGHTS: Readonly<Record<number, number>> = { 320: 700, 768: 1024, 1280: 900, 2560: 1300 };
const LOOKS = ['light', 'dark', 'forced'] as const;
const SIZES: Readonly<Record<string, Busy>> = {
  empty: { units: 0, items: 0 },
  'one unit': { units: 1, items: 0 },
  '200 units': { units: 200, items: 20 },
  '500 units': { units: 500, items: 20 },
};

interface Shot {
  readonly width: number;
  readonly look: (typeof LOOKS)[number];
  readonly script: boolean;
}

const SHOTS: readonly Shot[] = WIDTHS.flatMap((width) =>
  LOOKS.flatMap((look) => [true, false].map((script) => ({ width, look, script }))),
);

/** The other pages of a project with 200 units. */
const BUSY_PAGES: Readonly<Record<string, string>> = {
  '200 units': '',
  'unit that asks': 'work-units/auth-schema',
  'unit at work': 'work-units/auth-migrate',
  dependencies: 'graph',
  'new unit': 'new',
  settings: 'settings',
};

/** A permission with a difference, three questions of one call, and what a run has printed. */
const AGENT_PAGES: Readonly<Record<string, string>> = {
  'agent permission': 'work-units/mend-login',
  'agent questions': 'work-units/new-theme',
  'agent transcript': 'work-units/done-with-it',
  'agent queue': '',
};

const nameOf = (size: string, { width, look, script }: Shot): string =>
  `${size.replaceAll(' ', '-')}-${width}-${look}-${script ? 'script' : 'no-script'}`;

const [folder = 'out/shots', ...words] = process.argv.slice(2);
const isWanted = (name: string): boolean => words.every((word) => name.includes(word));

async function take(browser: Browser, address: string, shot: Shot, path: string): Promise<void> {
  const context = await browser.createBrowserContext();
  const page = await context.newPage();
  await page.setViewport({ width: shot.width, height: HEIGHTS[shot.width] ?? 900 });
  await dress(page, shot);
  await page.goto(address);
  if (shot.script) {
    await live(page);
    await page.bringToFront();
    await page
      .waitForFunction(() => !document.querySelector('.card[data-unarmed]:has(> [open])'), { timeout: 3000 })
      .catch(() => {});
  }
  await page.screenshot({ path: `${path}.png` });
  await context.close();
}

async function dress(page: Page, { look, script }: Shot): Promise<void> {
  await page.setJavaScriptEnabled(script);
  await page.emulateMediaFeatures([
    { name: 'prefers-color-scheme', value: look === 'light' ? 'light' : 'dark' },
  ]);
  const forced = { name: 'forced-colors', value: look === 'forced' ? 'active' : 'none' };
  const session = await page.createCDPSession();
  if (look === 'forced')
    await session.send('Emulation.setEmulatedMedia', {
      features: [forced, { name: 'prefers-color-scheme', value: 'dark' }],
    });
}

/** Pages by the names of their pictures: paths. The project is made only where one of them is wanted. */
async function takeScene(
  browser: Browser,
  pages: Readonly<Record<string, string>>,
  open: () => Promise<DaemonFixture>,
): Promise<void> {
  const wanted = Object.entries(pages).flatMap(([name, path]) =>
    SHOTS.map((shot) => ({ name: nameOf(name, shot), path, shot })).filter(({ name: each }) =>
      isWanted(each),
    ),
  );
  if (wanted.length === 0) return;
  const house = await open();
  try {
    for (const { name, path, shot } of wanted)
      await take(browser, `${house.address}${path}`, shot, join(folder, name));
  } finally {
    await house.close();
  }
}

async function takeAll(): Promise<void> {
  mkdirSync(folder, { recursive: true });
  const { executablePath, args, env } = await findChromium();
  const browser = await launch({ executablePath, args: [...args], env, headless: 'shell' });
  try {
    for (const [size, busy] of Object.entries(SIZES))
      await takeScene(browser, busy.units === 200 ? BUSY_PAGES : { [size]: '' }, () => busyProject(busy));
    await takeScene(browser, AGENT_PAGES, agentsAtWork);
  } finally {
    await browser.close();
  }
}

await takeAll();
