/**
 * Many units on another machine, while things go wrong there and here, with a seed. What a run does is written down by
 * itself: that it began, by which number, and whether another one of its unit was at work.
 */
import assert from 'node:assert/strict';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { type DaemonFixture, killQuietly } from '../daemon-fixture.ts';
import { randomFrom, seedOf } from '../faults/random.ts';
import type { FarFolder } from '../runs/far-machine.ts';
import { until } from '../until.ts';

const isLong = Number(process.env.SIGNALBOX_KILLS ?? 5) >= 100;
export const RUNS = Number(process.env.SIGNALBOX_RUNS ?? (isLong ? 1000 : 30));
export const SEED = seedOf();
export const ROOM = RUNS > 100 ? 12 : 6;
export const LOST_AFTER = 4;
const FAILS_WITH = 3;

export type Pick = (below: number) => number;

/** Something that goes wrong. Returns whether it could: there may be nobody to be killed. */
export interface Incident {
  readonly name: string;
  /** How often, beside the others. */
  readonly weight: number;
  readonly happen: (pick: Pick) => Promise<boolean>;
}

export const carrierKilled = (far: FarFolder, weight: number): Incident => ({
  name: 'carriers killed',
  weight,
  happen: async (pick) => {
    const pids = far.carrierPids();
    const pid = pids[pick(Math.max(1, pids.length))];
    if (pid !== undefined) killQuietly(pid);
    return pid !== undefined;
  },
});

export const daemonKilled = (house: DaemonFixture, weight: number): Incident => ({
  name: 'daemons killed',
  weight,
  happen: async () => {
    await house.end('SIGKILL');
    await house.start();
    return true;
  },
});

export async function plan(house: DaemonFixture, units: readonly object[]): Promise<void> {
  const path = join(house.folder, 'plan.json');
  writeFileSync(path, JSON.stringify({ units }));
  await house.ok('add', '--plan', path);
}

export const textIn = (path: string): string => (existsSync(path) ? readFileSync(path, 'utf8') : '');

/** Writes down that it began, and whether another run of the unit is at work; then prints for a while. */
const work = (chunk: string, lines: number, code: number) =>
  `echo $SIGNALBOX_RUN >> ${chunk}.began; exec 9> ${chunk}.lock; flock -n 9 || echo ${chunk} $SIGNALBOX_RUN >> overlaps; ` +
  `i=0; while [ $i -lt ${lines} ]; do i=$((i+1)); echo ${chunk} line $i; sleep 0.1; done; exit ${code}`;

interface Planned {
  readonly chunk: string;
  readonly lines: number;
  readonly code: number;
}

interface Chaos {
  readonly house: DaemonFixture;
  readonly far: FarFolder;
  readonly incidents: readonly Incident[];
  /** Milliseconds between two of them, at most. */
  readonly pause: number;
  /** What an administrator does now and then. */
  readonly mend: () => Promise<void>;
}

/** Runs `RUNS` units to their end, and asserts that each began once at a time, and that all that it printed came. */
export async function endure(
  context: TestContext,
  { house, far, incidents, pause, mend }: Chaos,
): Promise<void> {
  const pick = randomFrom(SEED);
  const units = Array.from({ length: RUNS }, (_, nth) => ({
    chunk: `chaos-${nth}`,
    lines: 1 + pick(20),
    code: pick(5) === 0 ? FAILS_WITH : 0,
  }));
  await plan(
    house,
    units.map(({ chunk, lines, code }) => ({ chunk, command: work(chunk, lines, code) })),
  );
  const happened = new Map(incidents.map(({ name }) => [name, 0]));
  const failed = new Set<string>();
  while ((await settle(house, failed)) > 0) {
    const incident = chosen(incidents, pick);
    if (await incident.happen(pick)) happened.set(incident.name, (happened.get(incident.name) ?? 0) + 1);
    await delay(pick(pause));
    await mend();
  }
  const begun = units.map(({ chunk }) =>
    textIn(join(far.project, `${chunk}.began`))
      .trim()
      .split('\n'),
  );
  const twice = begun.filter((runs) => new Set(runs).size !== runs.length).length;
  const overlaps = textIn(join(far.project, 'overlaps')).split('\n').filter(Boolean).length;
  let wrong = 0;
  for (const unit of units) if (!(await isRight(house, unit, failed))) wrong++;
  const causes = [...happened].map(([name, count]) => `${count} ${name}`).join(', ');
  const said = `${RUNS} units, ${begun.flat().length} runs began, ${causes}: begun twice ${twice}, two at work ${overlaps}, output or exit code wrong ${wrong}`;
  context.diagnostic(said);
  assert.deepEqual({ twice, overlaps, wrong }, { twice: 0, overlaps: 0, wrong: 0 }, said);
  await until('all carriers to end', () => far.carrierPids().length === 0, 60_000);
}

function chosen(incidents: readonly Incident[], pick: Pick): Incident {
  let left = pick(incidents.reduce((sum, { weight }) => sum + weight, 0));
  for (const incident of incidents) {
    left -= incident.weight;
    if (left < 0) return incident;
  }
  throw new Error('no incident');
}

/** Closes what is stuck by its own exit code, tries again what is for another reason, and says how many are left. */
async function settle(house: DaemonFixture, failed: Set<string>): Promise<number> {
  const alive = await house.json<{ chunk: string; status: string }[]>(
    'ls',
    '--status',
    'running,needs_attention,ready,blocked',
  );
  for (const { chunk, status } of alive) {
    if (status !== 'NEEDS_ATTENTION') continue;
    const isOwn = (await house.ok('show', chunk)).includes(`exit code ${FAILS_WITH}`);
    if (isOwn) failed.add(chunk);
    await house.signalbox(isOwn ? 'close' : 'retry', chunk);
  }
  return alive.length;
}

async function isRight(
  house: DaemonFixture,
  { chunk, lines, code }: Planned,
  failed: Set<string>,
): Promise<boolean> {
  const expected = Array.from({ length: lines }, (_, nth) => `${chunk} line ${nth + 1}\n`).join('');
  return (
    failed.has(chunk) === (code !== 0) &&
    (await house.statusOf(chunk)) === 'DONE' &&
    (await house.ok('logs', chunk)) === expected
  );
}
