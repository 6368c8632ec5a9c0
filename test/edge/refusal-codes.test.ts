/** A refusal says which one it is: the same code in a problem document and in an error of the procedures. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { REFUSAL_CODES, type RefusalCode } from '../../server/domain/refusal.ts';
import { DaemonFixture } from '../daemon-fixture.ts';
import { Callers } from './callers.ts';

const house = DaemonFixture.make();
const callers = new Callers(house);
// Nothing starts: units that nobody reports on stay as they are.
before(async () => {
  await house.start('--port', '0', '--max-agents', '0', '--undo-seconds', '3600');
  // Making the script's token is an event, too.
  assert.ok(callers.token);
});
after(() => house.close());

let made = 0;
async function unit(more: object = { command: 'true' }): Promise<string> {
  const chunk = `unit-${++made}`;
  await callers.must('units.add', { units: [{ chunk, ...more }] });
  return chunk;
}
const external = (more = {}) => unit({ external: true, ...more });
async function ask(chunk: string, more: object = {}): Promise<string> {
  const key = `item-${++made}`;
  const questions = [{ prompt: 'Which port?', ...more }];
  await callers.must('items.ask', { key, chunk, run: null, asked_by: 'me', questions });
  return key;
}
async function asking(more: object = {}): Promise<{ chunk: string; item: string; version: number }> {
  const chunk = await external();
  return { chunk, item: await ask(chunk, more), version: 1 };
}
const report = (chunk: string, what: string) => callers.must('units.report', { chunk, what });
async function started(): Promise<string> {
  const chunk = await external();
  await report(chunk, 'started');
  return chunk;
}
/** The id of the only item of a unit. */
async function itemOf(chunk: string): Promise<string> {
  const { items } = await callers.read<{ items: { id: string }[] }>('unit', { chunk });
  return items[0]?.id ?? '';
}

interface Refused {
  readonly path: string;
  readonly procedure: string;
  /** For the procedure; by the path, what stands in it is left out. */
  readonly input: Readonly<Record<string, unknown>>;
}
type OnUnit = { chunk: string; [more: string]: unknown };
const on = (procedure: string, action: string, input: OnUnit): Refused => ({
  path: `/work-units/${input.chunk}/${action}`,
  procedure,
  input,
});
const answering = (input: OnUnit) => on('items.answer', 'answer', input);
const adding = (units: object[]): Refused => ({
  path: '/work-units',
  procedure: 'units.add',
  input: { units },
});

/** For each code, something that is refused with it; what it is about is made first. */
const COMMIT = 'a'.repeat(40);

const REFUSED: { readonly [Code in RefusalCode]?: () => Promise<Refused> } = {
  'not-found': async () => on('units.hold', 'hold', { chunk: 'nobody' }),
  invalid: async () => answering({ ...(await asking()), text: '' }),
  taken: async () => adding([{ chunk: await unit(), command: 'false' }]),
  'no-worktree': async () => on('work.prune', 'prune', { chunk: await unit() }),
  'no-changes': async () => {
    const line = { snapshot: COMMIT, file: 'a', side: 'new', line: 1, words: 'Why?' };
    return on('work.comment', 'comment', { chunk: await unit(), ...line });
  },
  'not-merging': async () => on('work.merge', 'merge', { chunk: await unit(), snapshot: COMMIT }),
  'unit-done': async () => {
    const chunk = await unit();
    await callers.must('units.close', { chunk });
    return on('units.close', 'close', { chunk });
  },
  cycle: async () => {
    const first = await unit();
    const chunk = first;
    return on('units.link', 'link', { chunk, after: await unit({ command: 'true', after: [first] }) });
  },
  'never-done': async () => on('items.snooze', 'snooze', { ...(await asking()), until_done: 'nobody' }),
  'has-dependents': async () => {
    const chunk = await unit();
    await unit({ command: 'true', after: [chunk] });
    return on('units.remove', 'remove', { chunk });
  },
  'not-stuck': async () => on('units.retry', 'retry', { chunk: await unit() }),
  'not-ready': async () => {
    const chunk = await external();
    await callers.must('units.hold', { chunk });
    return on('units.report', 'report', { chunk, what: 'started' });
  },
  rival: async () => {
    const [chunk, other_chunk] = [await external(), await started()];
    await callers.must('conflicts.resolve', { chunk, other_chunk, verdict: 'serialize' });
    return on('units.report', 'report', { chunk, what: 'started' });
  },
  'unknown-agent': async () => adding([{ chunk: 'new', agent: 'nobody' }]),
  'run-live': async () => on('units.close', 'close', { chunk: await started() }),
  'run-ended': async () => on('units.kill', 'kill', { chunk: await started(), run: 7 }),
  'no-live-run': async () => on('units.kill', 'kill', { chunk: await unit() }),
  external: async () => on('units.interrupt', 'interrupt', { chunk: await started(), text: 'Stop' }),
  'not-external': async () => on('units.report', 'report', { chunk: await unit(), what: 'started' }),
  stale: async () => answering({ ...(await asking()), version: 7, text: '80' }),
  'no-version': async () => answering({ chunk: (await asking()).chunk, text: '80' }),
  'nothing-open': async () => answering({ chunk: await unit(), text: '80' }),
  answered: async () => {
    const about = await asking();
    await callers.must('items.answer', { ...about, text: '80' });
    return answering({ ...about, text: '81' });
  },
  withdrawn: async () => {
    const { chunk, item, version } = await asking();
    await callers.must('items.withdraw', { chunk, item });
    return on('items.snooze', 'snooze', { chunk, item, version, minutes: 5 });
  },
  'not-offered': async () =>
    answering({ ...(await asking({ options: [{ id: 'a', label: 'A' }] })), options: ['b'] }),
  'not-asked': async () => {
    const chunk = await started();
    await report(chunk, 'failed');
    return on('items.withdraw', 'withdraw', { chunk, item: await itemOf(chunk) });
  },
  'not-answered': async () => on('items.undo', 'undo', await asking()),
  'already-sent': async () => {
    const about = await asking();
    await callers.must('items.answer', { ...about, text: '80' });
    return on('items.undo', 'undo', about);
  },
  'taken-back': async () => {
    const about = await asking();
    const given = { ...about, text: '80', undoable: true, key: 'a-key' };
    await callers.must('items.answer', given);
    await callers.must('items.undo', about);
    return answering(given);
  },
  'open-items': async () => on('units.report', 'report', { chunk: (await asking()).chunk, what: 'finished' }),
  'undelivered-answers': async () => {
    const about = await asking();
    await callers.must('items.answer', { ...about, text: '80' });
    return on('units.report', 'report', { chunk: about.chunk, what: 'finished' });
  },
  'needs-review': async () => {
    const chunk = await external({ phases: ['PLAN', 'BUILD'], review: ['PLAN'] });
    return on('units.report', 'report', { chunk, what: 'finished', all: true });
  },
  'key-used': async () => {
    const key = 'another-key';
    await callers.must('units.hold', { chunk: await unit(), key });
    return on('units.hold', 'hold', { chunk: await unit(), key });
  },
};

/** What nobody hears by a mutation of such a daemon. */
const ELSEWHERE: readonly RefusalCode[] = [
  // Of git: the stories about worktrees.
  'merge-conflict',
  'unit-not-done',
  'too-large',
  'git-refused',
  // Of a unit that is over for long: the story of the archive.
  'archived',
  // The dispatcher alone, and a process that is on its way out.
  'no-slot',
  'over-budget',
  'run-ending',
  // Of carriers: test/core/carrying.test.ts.
  'claimed',
  // Of the file or the server; of signing in; of a daemon that changes nothing; of the terminal's tokens.
  'disk',
  'moved',
  'busy',
  'unreachable',
  'throttled',
  'read-only',
  'too-many',
];

test('something below is refused with every code, or it is said where else', () => {
  assert.deepEqual([...Object.keys(REFUSED), ...ELSEWHERE].sort(), [...REFUSAL_CODES].sort());
});

for (const [code, make] of Object.entries(REFUSED))
  test(`${code} travels by HTTP, and by a call of the procedure`, async () => {
    const { path, procedure, input } = await make();
    const seq = await callers.seq();
    const { chunk: _, ...fields } = input;
    const answer = await callers.script(path, path === '/work-units' ? input : fields);
    const problem = JSON.parse(answer.body) as { code: string; status: number; detail: string };
    assert.deepEqual([problem.code, problem.status], [code, answer.status], answer.body);
    const called = await callers.terminal(procedure, input);
    const { error } = JSON.parse(called.body) as { error: { message: string; data: unknown } };
    const { refusal } = error.data as { refusal: { code: string } };
    assert.deepEqual([refusal.code, error.message, called.status], [code, problem.detail, answer.status]);
    assert.equal(await callers.seq(), seq, 'something changed');
  });
