/** A daemon with runs: what reaches them, what they leave, and what a form may do to them. */
import assert from 'node:assert/strict';
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { DaemonFixture } from '../daemon-fixture.ts';
import { until } from '../until.ts';
import { Callers } from './callers.ts';

const SECRET = 'the-secret-that-no-run-may-see';
const house = DaemonFixture.make({ EDGE_SECRET: SECRET, EDGE_NAMED: 'named-by-the-unit' });
const callers = new Callers(house);
before(() => house.start('--port', '0', '--undo-seconds', '0'));
after(() => house.close());

interface Unit {
  readonly status: string;
  readonly runs: readonly { readonly number: number; readonly outcome: unknown }[];
  readonly items: readonly { readonly id: string; readonly kind: string; readonly state: string }[];
}
const unitOf = (chunk: string) => callers.read<Unit>('unit', { chunk });

async function add(chunk: string, command: string, more = {}): Promise<void> {
  await callers.must('units.add', { units: [{ chunk, command, ...more }] });
}
const becomes = (chunk: string, status: string) =>
  until(`${chunk} to be ${status}`, async () => (await unitOf(chunk)).status === status);

const filesOf = async (chunk: string, run = 1) => {
  const { rows } = await callers.read<{ rows: { chunk?: string; id?: number; row: string }[] }>('board.now');
  const cell = rows.find((row) => row.row === 'unit' && row.chunk === chunk);
  return join(house.paths.runs, `${cell?.id}-${run}`);
};
const outputOf = async (chunk: string, run = 1) =>
  readFileSync(join(await filesOf(chunk, run), 'output'), 'utf8');

test("a secret in the daemon's environment does not reach a run, unless the unit names it", async () => {
  await add('sees', 'env; cat /proc/self/environ 2>/dev/null', { env: ['EDGE_NAMED'] });
  await becomes('sees', 'DONE');
  const output = await outputOf('sees');
  assert.ok(!output.includes(SECRET));
  assert.match(output, /^EDGE_NAMED=named-by-the-unit$/m);
  assert.ok(output.includes(`PATH=${house.paths.bin}:`));
  assert.ok(!output.includes(callers.token));
});

test('no process of a run holds the secret or the token, the wrapper included', async () => {
  await add(
    'holds',
    'for each in /proc/$$ /proc/$PPID; do cat $each/environ; tr "\\0" "\\n" < $each/cmdline; done',
  );
  await becomes('holds', 'DONE');
  const output = await outputOf('holds');
  assert.ok(!output.includes(SECRET) && !output.includes(callers.token));
});

test('a run works in the folder of the project, finds signalbox, and is told apart by its marker', async () => {
  await add('where', 'pwd; command -v signalbox; echo "$SIGNALBOX_CHUNK $SIGNALBOX_PHASE $SIGNALBOX_RUN"');
  await becomes('where', 'DONE');
  const expected = [house.project, join(house.paths.bin, 'signalbox'), 'where IMPLEMENT 1', ''];
  assert.equal(await outputOf('where'), expected.join('\n'));
});

test('what a run printed is shown as text on the page of its unit', async () => {
  await add('prints', `printf '<script>alert(1)</script></pre>\\n'`);
  await becomes('prints', 'DONE');
  const { body } = await callers.anyone({ path: '/work-units/prints' });
  assert.ok(body.includes('&lt;script&gt;alert(1)&lt;/script&gt;&lt;/pre&gt;'));
});

test('what a run printed for a terminal is shown without its escape sequences', async () => {
  await add('colours', `printf 'plain \\033[31mred\\033[0m end\\n'`);
  await becomes('colours', 'DONE');
  const { body } = await callers.anyone({ path: '/work-units/colours' });
  assert.match(body, /plain red end/);
  assert.ok(!body.includes('\x1b'));
});

test('the same form tries a unit again each time it is stuck', async () => {
  await add('fails', 'echo try $SIGNALBOX_RUN; exit 1');
  for (const run of [1, 2]) {
    await until(`run ${run} to have failed`, async () => {
      const { status, runs } = await unitOf('fails');
      return status === 'NEEDS_ATTENTION' && runs.length === run;
    });
    const seq = await callers.seq();
    const answer = await callers.form('/work-units/fails/retry', {});
    assert.equal(answer.status, 303, answer.body);
    assert.notEqual(await callers.seq(), seq, `after run ${run} the form said yes and did nothing`);
  }
  await until('a third run', async () => (await unitOf('fails')).runs.length === 3);
});

test('a unit that is stuck is tried again with words, which reach the next run', async () => {
  await add('guided', '[ $SIGNALBOX_RUN = 2 ] && cat "$SIGNALBOX_ANSWERS"');
  await becomes('guided', 'NEEDS_ATTENTION');
  const [stuck] = (await unitOf('guided')).items;
  const fields = { item: stuck?.id ?? '', version: '1', text: 'use port 8080', option: 'retry' };
  assert.equal((await callers.form('/work-units/guided/answer', fields)).status, 303);
  await becomes('guided', 'DONE');
  const [answer] = JSON.parse(await outputOf('guided', 2)) as { text: string; new: boolean; run: number }[];
  assert.deepEqual([answer?.text, answer?.new, answer?.run], ['use port 8080', true, 2]);
});

test('a command that is killed is stuck, with its code and its last words', async () => {
  await add('killed', 'echo last words; kill -KILL $$');
  await becomes('killed', 'NEEDS_ATTENTION');
  const { body } = await callers.anyone({ path: '/work-units/killed' });
  assert.match(body, /Run 1 failed with exit code 137/);
  assert.match(body, /last words/);
});

test('the commands of a run that ended leave nobody behind', async () => {
  await add('leaves', 'sleep 1000 & sleep 1000 & exit 0');
  await becomes('leaves', 'DONE');
  await until('the leftovers to end', () => house.processes().length === 0);
});

test('what runs leave behind is for the operator alone', async () => {
  const folder = await filesOf('sees');
  for (const name of ['output', 'answers.json'])
    assert.equal(statSync(join(folder, name)).mode & 0o077, 0, name);
});

test('a run that has lost its credential is not taken for the operator', async () => {
  await add(
    'bare',
    'unset SIGNALBOX_CREDENTIAL; signalbox hold bare; echo "held: $?"; signalbox ask "Which?"; echo "asked: $?"',
  );
  await becomes('bare', 'DONE');
  const output = await outputOf('bare');
  assert.match(output, /held: 77/);
  assert.match(output, /asked: 77/);
  assert.match(output, /lost its credential/);
  assert.equal((await unitOf('bare')).items.length, 0);
});

test('a run whose shell tool drops every variable is not taken for the operator, nor is a bare request of it', async () => {
  const bare = `env -i PATH="$PATH" HOME="$HOME" XDG_STATE_HOME='${house.env.XDG_STATE_HOME}'`;
  const ask = `require('node:http').get({ socketPath: process.env.SIGNALBOX_SOCKET, path: '/trpc/status' }, (answer) => { console.log('status', answer.statusCode); process.exit() })`;
  await add(
    'dropped',
    `${bare} signalbox hold dropped; echo "held: $?"; signalbox origin add https://x.example; echo "origin: $?"; '${process.execPath}' -e "${ask}"`,
  );
  await becomes('dropped', 'DONE');
  const output = await outputOf('dropped');
  assert.match(output, /held: 77/);
  assert.match(output, /origin: 77/);
  assert.match(output, /status 403/);
});
