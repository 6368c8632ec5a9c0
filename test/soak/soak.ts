/**
 * A long run of all at once: units at work, asks, answers, worktrees, merges, viewers, kills and restarts.
 * `npm run test:soak -- --hours 8 --report FOLDER`; by default 0.2 hours, and out/soak. Writes report.md and soak.svg. Ends with 1
 * where a promise does not hold, or something grows.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { Callers } from '../edge/callers.ts';
import { FaultsScene } from '../faults/faults-scene.ts';
import { Viewer } from '../faults/viewers.ts';
import { picture } from './picture.ts';
import { MEASURE_WORDS, MEASURES, type Measure, type Sample, take } from './samples.ts';

const { values } = parseArgs({
  options: { hours: { type: 'string', default: '0.2' }, report: { type: 'string', default: 'out/soak' } },
});
const LENGTH_MS = Number(values.hours) * 3_600_000;
const UNITS = 20;
const VIEWERS = 50;
const SAMPLE_MS = 2000;
/** How long a daemon lives, at least and at most. */
const LIFE_MS = [20_000, 90_000] as const;
/** How much more the last quarter may take than the first: what is remembered of each unit, and chance. */
const ALLOWED: Readonly<Record<Measure, number>> = { memory: 48, descriptors: 20, processes: 60, files: 20 };

interface Soaked {
  readonly samples: Sample[];
  readonly broken: string[];
  kills: number;
}

async function soak(scene: FaultsScene, viewers: Viewer[]): Promise<Soaked> {
  const soaked: Soaked = { samples: [], broken: [], kills: 0 };
  const began = Date.now();
  while (Date.now() - began < LENGTH_MS && soaked.broken.length === 0) {
    await scene.house.start();
    const { address } = scene.house;
    while (viewers.length < VIEWERS) viewers.push(new Viewer(() => address));
    const [least, most] = LIFE_MS;
    const until = Math.min(Date.now() + least + Math.random() * (most - least), began + LENGTH_MS);
    await live(scene, soaked, began, until);
    await scene.house.end('SIGKILL');
    soaked.kills++;
    soaked.broken.push(...(await scene.broken()));
    console.log(
      `${((Date.now() - began) / 60_000).toFixed(1)} min: ${scene.log.units.size} units, ${soaked.kills} kills`,
    );
  }
  soaked.broken.push(...(await scene.finish()));
  for (const viewer of viewers)
    if (viewer.mistakes > 0) soaked.broken.push(`I6 ${viewer.mistakes} mistakes of a viewer`);
  return soaked;
}

/** Keeps so many units under way, answers what they ask, and looks at what all that takes. */
async function live(
  scene: FaultsScene,
  { samples, kills }: Soaked,
  began: number,
  until: number,
): Promise<void> {
  const callers = new Callers(scene.house);
  for (let sampled = 0; Date.now() < until; await pause(250)) {
    const { units } = await callers.read<{ units: Readonly<Record<string, number>> }>('status');
    const { DONE: done = 0, ...others } = units;
    const underWay = Object.values(others).reduce((sum, count) => sum + count, 0);
    if (underWay < UNITS) scene.addWork();
    await scene.look();
    if (Date.now() - sampled < SAMPLE_MS) continue;
    sampled = Date.now();
    const sample = take(scene.house, (sampled - began) / 1000, kills);
    if (sample) samples.push(sample);
  }
}

/** The middle one of the samples between two parts of the time. */
function middle(samples: readonly Sample[], measure: Measure, from: number, to: number): number {
  const part = samples.slice(Math.floor(samples.length * from), Math.ceil(samples.length * to));
  return part.map((sample) => sample[measure]).sort((a, b) => a - b)[part.length >> 1] ?? 0;
}

function report({ samples, broken, kills }: Soaked, units: number): { text: string; isWell: boolean } {
  const rows = MEASURES.map((measure) => {
    const [first, last] = [middle(samples, measure, 0, 0.25), middle(samples, measure, 0.75, 1)];
    const most = Math.max(...samples.map((sample) => sample[measure]));
    return { measure, first, last, most, isWell: last - first <= ALLOWED[measure] };
  });
  const lines = [
    '# Soak',
    '',
    `${((samples.at(-1)?.at ?? 0) / 60).toFixed(1)} minutes, ${units} units, ${VIEWERS} viewers, ${kills} kills of the daemon.`,
    '',
    '![what it took](soak.svg)',
    '',
    '| | first quarter, median | last quarter, median | most | allowed growth |',
    '|---|---|---|---|---|',
    ...rows.map(
      ({ measure, first, last, most }) =>
        `| ${MEASURE_WORDS[measure]} | ${first.toFixed(0)} | ${last.toFixed(0)} | ${most.toFixed(0)} | ${ALLOWED[measure]} |`,
    ),
    '',
    broken.length === 0 ? 'Every promise held.' : `Broken:\n${broken.map((each) => `- ${each}`).join('\n')}`,
    '',
  ];
  return { text: lines.join('\n'), isWell: broken.length === 0 && rows.every(({ isWell }) => isWell) };
}

const scene = await FaultsScene.open();
const temporary = join(scene.house.folder, 'tmp');
mkdirSync(temporary);
scene.house.env.TMPDIR = temporary;
const viewers: Viewer[] = [];
try {
  const soaked = await soak(scene, viewers);
  const { text, isWell } = report(soaked, scene.log.units.size);
  mkdirSync(values.report, { recursive: true });
  writeFileSync(join(values.report, 'report.md'), text);
  writeFileSync(join(values.report, 'soak.svg'), picture(soaked.samples));
  console.log(text);
  console.log(`in ${values.report}`);
  if (!isWell) process.exitCode = 1;
} finally {
  for (const viewer of viewers) viewer.leave();
  await scene.close();
}
