/** Names, wherever one is taken: of units, phases, agents, variables, paths and items, in JSON, in plans, in addresses. */
import assert from 'node:assert/strict';
import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { readPlan } from '../../server/daemon/read-plan.ts';
import { Problem } from '../../server/system/problem.ts';
import { ACTIONS } from '../../shared/actions.ts';
import { AGENT } from '../../shared/agent-words.ts';
import { CHUNK, PHASE } from '../../shared/words.ts';
import { inParallel } from './connections.ts';
import { newRandom } from './how-many.ts';
import { oddText, percentEncoded } from './odd-values.ts';
import { type Reply, SignedIn } from './signed-in.ts';
import { Watched } from './watched-daemon.ts';

const LANES = 16;
/** So many units may come of it; then names are too odd to be taken. */
const MOST_UNITS = 300;
const watched = new Watched();
const random = newRandom();
let page: SignedIn | null = null;
let added = 0;
before(async () => {
  await watched.start();
  await watched.callers.must('units.add', { units: [{ chunk: 'one', command: 'true', after: ['never'] }] });
  page = await SignedIn.at(watched.callers);
});
after(() => {
  page?.close();
  return watched.close();
});

const GOOD = ['one', 'two', 'constructor', 'a-b_c', 'IMPLEMENT', 'REVIEW', 'claude', 'HOME', 'src/**', 'k-1'];
const SHORT = [
  '/',
  '\\',
  '.',
  '..',
  '%',
  '\0',
  '\n',
  ' ',
  '\u202e',
  'ä',
  'а',
  '＿',
  '🚦',
  '\ud800',
  '"',
  '<',
  '&',
  '?',
  '#',
  '\u001b',
];

function name(): string {
  const good = random.pick(GOOD);
  const at = random.below(good.length + 1);
  switch (random.below(7)) {
    case 0:
      return good.slice(0, at) + random.pick(SHORT) + good.slice(at);
    case 1:
      return good.repeat(random.pick([2, 20, 70, 2000]));
    case 2:
      return `${good}\n`;
    case 3:
      return '../'.repeat(random.below(9)) + good;
    case 4:
      return good.toUpperCase();
    case 5:
      return added < MOST_UNITS ? good : `${good}!`;
    default:
      return oddText(random, 400);
  }
}

const names = (most: number): string[] => random.some(most, name);

function unit(): Record<string, unknown> {
  const base = { chunk: random.oneIn(3) && added < MOST_UNITS ? random.pick(['one', 'two']) : name() };
  const more = random.pick([
    () => ({ command: 'true', after: ['never', ...names(3)] }),
    () => ({
      commands: Object.fromEntries([...names(3), name()].map((phase) => [phase, 'true'])),
      after: ['never'],
    }),
    () => ({ agent: name() }),
    () => ({ external: true, phases: [...names(2), name()] }),
    () => ({ command: 'true', after: ['never'], env: names(4) }),
    () => ({ command: 'true', after: ['never'], paths: names(4) }),
    () => ({ command: 'true', after: ['never'], review: names(3) }),
  ]);
  return { ...base, ...more() };
}

/** What was taken keeps the rules for names. */
function checkTaken(
  { status }: Reply,
  { chunk, agent, commands, phases, env }: Record<string, unknown>,
): void {
  if (status !== 200) return;
  added++;
  const phasesTaken = [...Object.keys(commands ?? {}), ...((phases as string[] | undefined) ?? [])];
  const isGood =
    CHUNK.test(String(chunk)) &&
    (agent === undefined || AGENT.test(String(agent))) &&
    phasesTaken.every((phase) => PHASE.test(phase) && phase.length <= 200) &&
    ((env as string[] | undefined) ?? []).every((each) => /^[A-Za-z_]\w*$/.test(each) && each.length <= 200);
  if (!isGood) watched.wrong(`taken: ${JSON.stringify({ chunk, agent, phasesTaken, env })}`);
}

/** As a browser sends it, twice over, byte by byte, or hardly at all; never a byte that ends the line. */
function inAddress(text: string): string {
  const bytes = [...Buffer.from(text)];
  const hex = (byte: number) => `%${byte.toString(16).padStart(2, '0')}`;
  switch (random.below(5)) {
    case 0:
      return bytes.map(hex).join('');
    case 1:
      return percentEncoded(percentEncoded(text));
    case 2:
      return bytes
        .map((byte) => (byte > 0x20 && byte < 0x7f ? String.fromCharCode(byte) : hex(byte)))
        .join('');
    case 3:
      return `${percentEncoded(text)}${random.pick(['%c0%af', '%', '%2', '%zz', '%00', '%2e%2e', '/..', '//', ';x', '%ed%a0%80'])}`;
    default:
      return percentEncoded(text);
  }
}

function address(): [method: string, path: string] {
  const [one, two] = [inAddress(name()), inAddress(name())];
  const action = random.pick(Object.keys(ACTIONS));
  return random.pick<[string, string]>([
    ['GET', `/work-units/${one}`],
    ['DELETE', `/work-units/${one}`],
    ['GET', `/work-units/${one}/runs/${two}`],
    ['GET', `/work-units/${one}/runs/${two}/output`],
    ['POST', `/work-units/${one}/${action}`],
    ['POST', `/work-units/one/${two}`],
    ['GET', `/assets/${one}`],
    ['GET', `/sign-in/${one}`],
    ['GET', `/trpc/${one}?input=${two}`],
    ['POST', `/trpc/${one}`],
    ['GET', `/trpc/unit?input=${percentEncoded(JSON.stringify({ chunk: name() }))}`],
    ['GET', `/${one}/${two}`],
    ['GET', `/?q=${one}&status=${two}&page=1`],
    ['GET', `/history?chunk=${one}`],
  ]);
}

async function byAddress(browser: SignedIn): Promise<void> {
  const [method, path] = address();
  const body = method === 'POST' ? Buffer.from('{}') : undefined;
  const type = method === 'POST' ? { 'content-type': 'application/json' } : undefined;
  const { status } = await browser.ask(method, path, body, type);
  watched.answered(status, () => `${method} ${path}`);
}

async function byJson(browser: SignedIn): Promise<void> {
  const made = unit();
  const [path, body] = random.pick([
    ['/work-units', made],
    ['/trpc/units.add', { units: [made] }],
  ] as const);
  // The page adds no commands.
  const reply = random.oneIn(2) ? await browser.json(path, body) : await watched.callers.script(path, body);
  watched.answered(reply.status, () => JSON.stringify(made));
  checkTaken(reply, made);
}

async function byItem(browser: SignedIn): Promise<void> {
  const asked = {
    chunk: name(),
    key: name(),
    run: null,
    asked_by: name(),
    questions: [{ prompt: name() || 'x', options: [{ id: name(), label: 'x' }] }],
  };
  const call = random.oneIn(2) ? { chunk: 'one', item: name(), version: 1 } : asked;
  const path = random.pick([
    'items.ask',
    'items.answer',
    'items.undo',
    'items.wake',
    'items.confirm',
    'items.withdraw',
  ]);
  const { status } = await browser.json(`/trpc/${path}`, call);
  watched.answered(status, () => `${path} ${JSON.stringify(call)}`);
}

/** A plan is read by the program that starts the daemon. */
async function byPlan(): Promise<void> {
  const path = join(watched.house.folder, 'plan.json');
  writeFileSync(path, JSON.stringify({ units: [unit(), unit()] }));
  try {
    for (const { chunk } of readPlan(path)) if (!CHUNK.test(chunk)) watched.wrong(`planned: ${chunk}`);
  } catch (error) {
    if (!(error instanceof Problem)) watched.wrong(`a plan: ${error}`);
  }
}

const WAYS = [byAddress, byAddress, byAddress, byJson, byJson, byItem, byPlan];

test('names at every entry point', async (t) => {
  await inParallel(LANES, () => {
    if (watched.left <= 0 || !page) return null;
    watched.tried(1);
    return random.pick(WAYS)(page);
  });
  const { folder, paths, project } = watched.house;
  const { rows } = await watched.callers.read<{ rows: { row: string; chunk?: string }[] }>('board.now');
  await watched.verdict(t);
  for (const { chunk } of rows) if (chunk !== undefined) assert.match(chunk, CHUNK);
  assert.deepEqual(readdirSync(folder).sort(), ['plan.json', 'project', 'state']);
  assert.deepEqual(readdirSync(project), []);
  assert.deepEqual(readdirSync(paths.runs), []);
});
