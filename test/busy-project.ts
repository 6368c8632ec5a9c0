/**
 * A project at work, for pictures and measurements: a real daemon with as many units and items as wanted. Agents with
 * names on their fourth run, long names, long prompts, Hebrew and Arabic, waits of seconds and of hours.
 */
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Status } from '../shared/words.ts';
import { QUESTIONS } from './busy-questions.ts';
import { DaemonFixture } from './daemon-fixture.ts';
import { Callers } from './edge/callers.ts';
import { withMovedClock } from './stories/moved-clock.ts';
import { until } from './until.ts';

/** How much there is of it. */
export interface Busy {
  readonly units: number;
  readonly items: number;
}

const AREAS = ['auth', 'billing', 'search', 'mail', 'editor', 'sync', 'export', 'admin', 'mobile', 'infra'];
const LAYERS = ['api', 'ui', 'cache', 'audit', 'limits', 'e2e', 'metrics', 'import', 'backfill', 'rollout'];
const DONE = ['schema-draft', 'inventory', 'spike', 'lint', 'fixtures', 'review', 'ci'];
const LONG = 'reconcile-the-nightly-ledger-with-the-provider-statement-of-eu1';
const MINUTE = 60_000;
/** Three runs fail, and are tried again after one, two and four seconds. */
const PATIENCE_MS = 60_000;

/** Each fails three times; the fourth run goes on for long, and prints a line a second. */
const AGENT = `#!/bin/sh
echo "reading src/$SIGNALBOX_CHUNK"
[ "$SIGNALBOX_PHASE" = PLAN ] && exit 0
mkdir -p src && seq 1 $((SIGNALBOX_RUN * 11)) > "src/$SIGNALBOX_CHUNK.ts"
[ "$SIGNALBOX_RUN" -lt 4 ] && exit 1
n=2600
while :; do n=$((n + 1)); echo "migrated $n rows of $SIGNALBOX_CHUNK, batch $((n / 37))"; sleep 1; done
`;
const PRINTS = 'n=400; while :; do n=$((n+1)); echo "test $n of 2,114 · ok $SIGNALBOX_CHUNK"; sleep 1; done';

/** Ends with `close()` of the house. */
export async function busyProject({ units, items }: Busy): Promise<DaemonFixture> {
  const house = DaemonFixture.make({}, { name: 'shop-backend' });
  const setClock = withMovedClock(house);
  setClock(-190 * MINUTE);
  prepare(house);
  await house.start('--port', '0', '--max-agents', '64');
  const callers = new Callers(house);
  if (units === 0) {
    setClock(0);
    return house;
  }
  const trusted = await house.signalbox('trust', '--yes');
  if (trusted.code !== 0) throw new Error(trusted.stderr);
  await addUnits(house, callers, units);
  await ask(callers, items, setClock);
  setClock(0);
  return house;
}

function prepare({ project }: DaemonFixture): void {
  const git = (...args: string[]) => execFileSync('git', ['-C', project, ...args]);
  const agent = (name: string) => [
    name,
    { command: ['/bin/sh', join(project, 'agent.sh')], phases: ['PLAN', 'IMPLEMENT'] },
  ];
  writeFileSync(join(project, 'agent.sh'), AGENT);
  writeFileSync(
    join(project, 'signalbox.json'),
    JSON.stringify({ agents: Object.fromEntries([agent('claude'), agent('codex'), agent('gemini')]) }),
  );
  git('init', '-q', '-b', 'main');
  git(
    '-c',
    'user.name=Olga',
    '-c',
    'user.email=olga@example.org',
    'commit',
    '-q',
    '--allow-empty',
    '-m',
    'Start',
  );
}

/** A tenth runs (at most eight), a third is done, some are ready, all others wait for what asks. */
async function addUnits(house: DaemonFixture, callers: Callers, count: number): Promise<void> {
  const done = Math.floor(count / 3);
  const running = Math.min(8, Math.ceil(count / 10));
  const retry = { times: 5, delay: 1, on: [1] };
  const runners = Array.from({ length: running }, (_, nth) => ({
    chunk: `${AREAS[nth]}-migrate`,
    title: `Move old rows of ${AREAS[nth]}`,
    ...(nth < 3
      ? { agent: ['claude', 'codex', 'gemini'][nth], retry, worktree: nth < 2 }
      : { command: PRINTS }),
  }));
  await callers.must('units.add', { units: runners });
  for (const runner of runners) await untilRuns(house, runner.chunk, 'agent' in runner ? 4 : 1);
  await callers.must('config.update', { max_agents: running });
  const ended = Array.from({ length: done }, (_, nth) => nameOf(DONE, nth));
  const add = async (specs: readonly object[]) => {
    if (specs.length > 0) await callers.must('units.add', { units: specs });
  };
  await add(ended.map((chunk) => ({ chunk, command: 'true', title: 'Done early' })));
  for (const chunk of ended) await callers.must('units.close', { chunk, reason: 'merged by hand' });
  await add(waiting(count - done - running));
}

const nameOf = (parts: readonly string[], nth: number): string => {
  const area = AREAS[nth % AREAS.length];
  const part = parts[Math.floor(nth / AREAS.length) % parts.length];
  const round = Math.floor(nth / AREAS.length / parts.length);
  return round === 0 ? `${area}-${part}` : `${area}-${part}-${round + 1}`;
};

/** One unit of each area is asked about; what builds on it waits. Some wait for nothing. */
function waiting(count: number) {
  const ready = Math.min(AREAS.length + 1, Math.ceil(count / 12));
  return Array.from({ length: count }, (_, nth) => {
    const area = AREAS[nth % AREAS.length];
    const schema = { chunk: `${area}-schema`, title: `Tables and indexes for ${area}`, command: 'true' };
    if (nth < AREAS.length) return schema;
    if (nth < AREAS.length * 2)
      return { chunk: `${area}-tests`, title: `Unit tests for ${area}`, command: 'true' };
    if (nth === AREAS.length * 2) return { chunk: LONG, title: 'השוואת הספרים עם הבנק', command: 'true' };
    if (nth < AREAS.length * 2 + ready)
      return {
        chunk: `${area}-docs`,
        title: nth % 3 === 0 ? 'صفحات الدليل عن البحث' : `Handbook pages on ${area}`,
        command: 'true',
      };
    const name = nameOf(LAYERS, nth - AREAS.length * 2 - ready);
    const before = nth % 3 === 0 ? `${name.split('-')[0]}-schema` : previous(name);
    return { chunk: name, title: `${name} for the shop`, command: 'true', after: [before] };
  });
}

/** The layer below of the same area. */
function previous(name: string): string {
  const [area = '', layer = '', round] = name.split('-');
  const at = LAYERS.indexOf(layer);
  if (at <= 0) return `${area}-schema`;
  return round === undefined ? `${area}-${LAYERS[at - 1]}` : `${area}-schema`;
}

async function untilRuns(house: DaemonFixture, chunk: string, run: number): Promise<void> {
  await until(
    `run ${run} of ${chunk}`,
    async () => {
      const answer = await fetch(`${house.address}work-units/${chunk}`, {
        headers: { accept: 'application/json' },
      });
      const { status, runs } = (await answer.json()) as { status: Status; runs: readonly unknown[] };
      return status === 'RUNNING' && runs.length >= run;
    },
    PATIENCE_MS,
  );
}

/** From the oldest, three hours ago, to the latest, some seconds ago. */
async function ask(callers: Callers, count: number, setClock: (ms: number) => void): Promise<void> {
  for (let nth = 0; nth < count; nth++) {
    const { asked_by = 'claude', ...question } = QUESTIONS[nth % QUESTIONS.length] ?? QUESTIONS[0];
    setClock(-Math.round(185 * MINUTE * 0.72 ** nth) - 9000);
    const part = nth < AREAS.length ? 'schema' : 'tests';
    const chunk = `${AREAS[nth % AREAS.length]}-${part}`;
    await callers.must('items.ask', { key: `ask-${nth}`, chunk, run: null, asked_by, questions: [question] });
  }
}
