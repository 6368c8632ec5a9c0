/**
 * What the daemon and the page can do on this machine: each figure beside a baseline from the same run. With
 * words as arguments, only the figures with such names; `--compare REF` before them sets the figures of that commit
 * beside ours; `--results` writes what was measured into bench/RESULTS.md, too. Ends with 2 where something could not be
 * measured.
 */
import { cpus } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { tidily, tidyOnSignals } from './cleanup.ts';
import { commits } from './commits.ts';
import { compare } from './compare.ts';
import { diff } from './diff.ts';
import { fanOut } from './fan-out.ts';
import { asText, type Figure } from './figure.ts';
import { hooks } from './hooks.ts';
import { hub } from './hub.ts';
import { idle } from './idle.ts';
import { lighthouse } from './lighthouse.ts';
import { manyUnits } from './many-units.ts';
import { peers } from './peers.ts';
import { render } from './render.ts';
import { keepResult } from './results.ts';
import { sizes } from './sizes.ts';
import { painted } from './time-to-paint.ts';
import { transcript } from './transcript.ts';
import { viewers } from './viewers.ts';
import { work } from './work.ts';

const FIGURES: Readonly<Record<string, () => Promise<Figure>>> = {
  commits,
  render,
  'fan-out': fanOut,
  diff,
  hooks,
  painted,
  peers,
  hub,
  idle,
  lighthouse,
  'many-units': manyUnits,
  sizes,
  transcript,
  viewers,
  work,
};

const RESULTS = join(import.meta.dirname, '..', '..', 'bench', 'RESULTS.md');

/** They install what they measure with. */
const ONLY_BY_NAME: readonly string[] = ['lighthouse', 'peers'];

const { values, positionals: asked } = parseArgs({
  options: { compare: { type: 'string' }, results: { type: 'boolean', default: false } },
  allowPositionals: true,
});
const { compare: ref, results } = values;
const parts: Readonly<Record<string, () => Figure | Promise<Figure>>> =
  ref === undefined ? FIGURES : { compare: () => compare(ref, asked) };
const chosen = Object.entries(parts).filter(
  ([name]) =>
    ref !== undefined ||
    (asked.length === 0 && !ONLY_BY_NAME.includes(name)) ||
    asked.some((word) => name.includes(word)),
);

tidyOnSignals();
console.log(`Node ${process.version} on ${process.platform}, ${cpus().length} × ${cpus()[0]?.model ?? '?'}`);
if (chosen.length === 0) {
  console.error(`There is ${Object.keys(FIGURES).join(', ')}.`);
  process.exitCode = 2;
}
// One after the other: two at once would measure each other.
for (const [name, figure] of chosen) {
  try {
    const found = await tidily(async () => figure());
    console.log(`\n${asText(found)}`);
    if (results && ref === undefined) keepResult(RESULTS, name, found);
  } catch (error) {
    console.error(`\n${name}:`, error);
    process.exitCode = 2;
  }
}
