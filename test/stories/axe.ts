/** Pages as all kinds of people see them, and what axe says of them. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Browser, Page } from 'puppeteer-core';

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

export type Look = 'light' | 'dark' | 'forced';

declare global {
  interface Window {
    axe: { run(options: object): Promise<{ violations: Violation[] }> };
    shifts: string[];
  }
}

interface Violation {
  readonly id: string;
  readonly nodes: readonly { readonly target: readonly string[]; readonly failureSummary?: string }[];
}

/** A page that is not at an address yet. Without script it is what the server drew; axe itself runs in it all the same. */
export async function blankPage(
  browser: Browser,
  { width, height = 900, script }: { width: number; height?: number; script: boolean },
): Promise<Page> {
  const page = await (await browser.createBrowserContext()).newPage();
  await page.setViewport({ width, height });
  if (!script) {
    await page.setRequestInterception(true);
    page.on('request', (request) =>
      request.resourceType() === 'script' ? request.abort() : request.continue(),
    );
  }
  return page;
}

/** Colours of a page that is open. */
export async function dress(page: Page, look: Look): Promise<void> {
  const session = await page.createCDPSession();
  await session.send('Emulation.setEmulatedMedia', {
    features: [
      { name: 'forced-colors', value: look === 'forced' ? 'active' : 'none' },
      { name: 'prefers-color-scheme', value: look === 'light' ? 'light' : 'dark' },
    ],
  });
  await session.detach();
}

/** Opens everything that can be unfolded. */
export const unfold = (page: Page): Promise<void> =>
  page.evaluate(() => {
    for (const details of document.querySelectorAll('details')) {
      // Those of one name close each other.
      details.removeAttribute('name');
      details.open = true;
    }
  });

/** What axe has to say, as text; empty: nothing. */
export async function violationsOn(page: Page): Promise<readonly string[]> {
  if (!(await page.evaluate(() => 'axe' in window))) await page.evaluate(AXE);
  const { violations } = await page.evaluate(() =>
    window.axe.run({ resultTypes: ['violations'], rules: { 'target-size': { enabled: true } } }),
  );
  return violations.map(
    ({ id, nodes }) => `${id}, ${nodes.length} ×: ${nodes[0]?.target} ${nodes[0]?.failureSummary ?? ''}`,
  );
}

/** Notes what shifts, from the first paint on. */
export const noteShifts = (page: Page): Promise<unknown> =>
  page.evaluateOnNewDocument(() => {
    window.shifts = [];
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries()) {
        const { value, sources } = entry as PerformanceEntry & {
          value: number;
          sources: readonly { node: Node | null }[];
        };
        const names = sources.map(({ node }) =>
          node instanceof Element ? `${node.tagName}.${node.className}` : node?.textContent?.slice(0, 40),
        );
        window.shifts.push(`${value.toFixed(5)}: ${names.join(', ')}`);
      }
    }).observe({ type: 'layout-shift', buffered: true });
  });
