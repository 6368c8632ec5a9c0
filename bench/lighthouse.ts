/**
 * What Lighthouse says of the dashboard and of a unit's page on a telephone. It is no part of the project: it is
 * installed from the npm registry into a cache of the user's, once.
 */
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { busyProject } from '../test/busy-project.ts';
import { afterwards } from './cleanup.ts';
import { type Figure, median } from './figure.ts';
import { fromRegistry } from './from-registry.ts';
import { launchBrowser } from './time-to-paint.ts';

const VERSION = '12.8.2';
const ROUNDS = 3;
const PAGES: Readonly<Record<string, string>> = {
  'the dashboard': '',
  'a unit that asks': 'work-units/auth-schema',
  'a unit at work': 'work-units/auth-migrate',
};
const SCORES = ['performance', 'accessibility', 'best-practices', 'seo'] as const;
const MOMENTS = ['first-contentful-paint', 'largest-contentful-paint', 'speed-index', 'total-blocking-time'];

export interface Report {
  readonly categories: Readonly<Record<string, { readonly score: number | null }>>;
  readonly audits: Readonly<Record<string, Audit>>;
}
interface Audit {
  readonly id: string;
  readonly score: number | null;
  readonly numericValue?: number;
  readonly title: string;
}
type Lighthouse = (address: string, flags: object) => Promise<{ readonly lhr: Report } | undefined>;

export async function lighthouse(): Promise<Figure> {
  const house = await busyProject({ units: 200, items: 20 });
  afterwards(() => house.close());
  const browser = await launchBrowser();
  const port = Number(new URL(browser.wsEndpoint()).port);
  const rows: string[][] = [];
  for (const [name, path] of Object.entries(PAGES)) {
    const reports: Report[] = [];
    for (let round = 0; round < ROUNDS; round++)
      reports.push(await lighthouseOf(`${house.address}${path}`, port));
    rows.push(rowOf(name, reports));
    for (const line of shortcomings(reports)) console.log(`${name}: ${line}`);
  }
  return {
    title: `Lighthouse ${VERSION}, mobile (20 items, 200 units)`,
    head: [
      ['', ...SCORES, 'shift', 'first paint', 'largest', 'speed index', 'blocked'],
      ['', 'of 100', 'of 100', 'of 100', 'of 100', '', 'ms', 'ms', 'ms', 'ms'],
    ],
    rows,
    note: `Medians of ${ROUNDS} rounds; a slow telephone and its network are simulated. What is short of full marks stands above.`,
  };
}

/** Scores of a page, in a browser that listens on this port. */
export async function lighthouseOf(address: string, port: number): Promise<Report> {
  const folder = fromRegistry([`lighthouse@${VERSION}`]);
  const module = join(folder, 'node_modules', 'lighthouse', 'core', 'index.js');
  const { default: run } = (await import(pathToFileURL(module).href)) as { default: Lighthouse };
  const result = await run(address, { port, onlyCategories: SCORES, logLevel: 'silent' });
  if (!result) throw new Error('Lighthouse has no result');
  return result.lhr;
}

function rowOf(name: string, reports: readonly Report[]): string[] {
  const of = (read: (report: Report) => number) => median(reports.map(read));
  const moment = (id: string) => of(({ audits }) => audits[id]?.numericValue ?? Number.NaN).toFixed(0);
  const score = (id: string) =>
    of(({ categories }) => 100 * (categories[id]?.score ?? Number.NaN)).toFixed(0);
  const shift = Math.max(
    ...reports.map(({ audits }) => audits['cumulative-layout-shift']?.numericValue ?? Number.NaN),
  );
  return [name, ...SCORES.map(score), shift.toFixed(3), ...MOMENTS.map(moment)];
}

/** Of the last round: each audit that has a score and is short of it. */
const shortcomings = (reports: readonly Report[]): string[] =>
  Object.values(reports.at(-1)?.audits ?? {})
    .filter(({ score }) => score !== null && score < 1)
    .map(({ id, score, title, numericValue }) => `${id} ${score} (${title}, ${numericValue ?? '-'})`);
