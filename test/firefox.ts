import { existsSync } from 'node:fs';

const INSTALLED = [
  '/usr/bin/firefox-esr',
  '/usr/bin/firefox',
  '/Applications/Firefox.app/Contents/MacOS/firefox',
];

/** An installed Firefox: `$FIREFOX_PATH`, or where it usually stands; null: none. */
export const findFirefox = (): string | null =>
  process.env.FIREFOX_PATH ?? INSTALLED.find((path) => existsSync(path)) ?? null;
