/** Browsers as people have them, which know one name that is not theirs to know: that of a rebound site. */
import { existsSync } from 'node:fs';
import { type Browser, launch } from 'puppeteer-core';
import { browserEnvironment, findChromium } from '../chromium.ts';
import { findFirefox } from '../firefox.ts';

/** A site of an attacker's whose name now leads to this machine. */
export const REBOUND = 'rebound.example';

const CHROMIUM = ['/usr/bin/chromium', '/usr/bin/google-chrome', '/usr/bin/chromium-browser'];

type Open = () => Promise<Browser>;

/** How to open them, by name; null: it is not installed. */
export function realBrowsers(): Readonly<Record<'Chromium' | 'Firefox', Open | null>> {
  const firefox = findFirefox();
  return {
    Chromium: openChromium,
    Firefox: firefox ? () => openFirefox(firefox) : null,
  };
}

/** An installed one, as people have it, or else the one that all other tests use. */
async function openChromium(): Promise<Browser> {
  const installed = process.env.CHROME_PATH ?? CHROMIUM.find((path) => existsSync(path));
  const { executablePath, env } = installed
    ? { executablePath: installed, env: browserEnvironment() }
    : await findChromium();
  return launch({
    executablePath,
    env,
    headless: installed ? true : 'shell',
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-dev-shm-usage',
      '--disable-popup-blocking',
      `--host-resolver-rules=MAP ${REBOUND} 127.0.0.1`,
    ],
  });
}

const openFirefox = (executablePath: string): Promise<Browser> =>
  launch({
    browser: 'firefox',
    executablePath,
    headless: true,
    extraPrefsFirefox: {
      'network.dns.localDomains': REBOUND,
      // Later versions refuse 0.0.0.0 by themselves; it is ours to refuse it, too.
      'network.socket.ip_addr_any.disabled': false,
      'network.websocket.delay-failed-reconnects': false,
      'dom.disable_open_during_load': false,
      'dom.popup_maximum': 1000,
      'browser.send_pings': true,
    },
  });
