/** What the operator has answered is used up by no run that fails, in whatever way, nor lost by its length. */
import assert from 'node:assert/strict';
import { chmodSync, existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, test } from 'node:test';
import type { Card } from '../../shared/board.ts';
import type { Detail } from '../../shared/detail.ts';
import { DaemonFixture } from '../daemon-fixture.ts';
import { until } from '../until.ts';

let house: DaemonFixture;
afterEach(() => house.close());

const file = (name: string) => join(house.project, name);
const text = (name: string) => readFileSync(file(name), 'utf8');
const write = (name: string, content: string) => writeFileSync(file(name), content);
const exists = (name: string) => until(`the file ${name}`, () => existsSync(file(name)));
const detail = (chunk: string) => house.json<Detail>('show', chunk);
const open = async (chunk: string): Promise<Card[]> =>
  (await house.json<Card[]>('attention')).filter((card) => card.chunk === chunk);

/** A unit `worker` of an agent that runs this script, with the number of the run, the answer and the prompt. */
async function working(script: string): Promise<void> {
  house = DaemonFixture.make();
  write('run.sh', `#!/bin/sh\n${script}\n`);
  chmodSync(file('run.sh'), 0o755);
  write('prompt.md', '{answer}');
  const command = ['./run.sh', '{run}', '{answer}', '{prompt}'];
  const mine = { command, phases: ['DO'], prompts: { DO: 'prompt.md' } };
  const long = { ...mine, command: ['./run.sh', '{run}', '{prompt}'] };
  write('signalbox.json', JSON.stringify({ agents: { mine, long } }));
  await house.ok('trust', '--yes');
  await house.start('--port', '0');
}

const stuck = () => until('the unit to be stuck', async () => (await open('worker'))[0]?.kind === 'stuck');

describe('a run that was given an answer uses nothing up by failing', () => {
  const AGENT = `printf '%s' "$2" > "given-$1"
    case $1 in
      1) signalbox ask 'Which colour?' --timeout 1; exit 0;;
      2) touch begun; if [ -e fail ]; then exit 1; fi; sleep 600;;
      *) signalbox ask 'Which colour?' > told;;
    esac`;

  /** Run 1 has asked and ended; what comes next is up to the test. */
  async function asked(): Promise<void> {
    await working(AGENT);
    await house.ok('add', 'worker', '--agent', 'mine');
    await until('the first run to end', async () => (await detail('worker')).runs[0]?.outcome !== null);
    await house.untilStatus('worker', 'NEEDS_ATTENTION');
  }

  /** A further try has it as an argument, finds it by the same words, and ends well: it is delivered. */
  async function arrives(): Promise<void> {
    const before = await detail('worker');
    const last = before.runs.length;
    assert.deepEqual([before.items[0]?.delivered_to, before.items[0]?.delivery], [null, 'given']);
    assert.match(
      await house.ok('show', 'worker'),
      new RegExp(`Which colour\\? → blue \\(not yet delivered: given to run ${last}\\)`),
    );
    await house.ok('retry', 'worker');
    await house.untilStatus('worker', 'DONE');
    const { items, runs } = await detail('worker');
    assert.equal(text(`given-${last + 1}`), 'blue');
    assert.equal(text('told'), 'blue\n');
    assert.equal(items.filter(({ kind }) => kind === 'question').length, 1, 'no second card');
    assert.deepEqual([items[0]?.delivered_to, runs.length], [last + 1, last + 1]);
  }

  test('exit code 1: the next try has the answer', async () => {
    await asked();
    write('fail', '');
    await house.ok('answer', 'worker', 'blue');
    await stuck();
    await arrives();
  });

  test('killed by the operator: the next try has the answer', async () => {
    await asked();
    await house.ok('answer', 'worker', 'blue');
    await exists('begun');
    await house.ok('kill', 'worker');
    await house.untilStatus('worker', 'BLOCKED');
    await arrives();
  });

  test('the machine is lost with the run and the daemon: the next try has the answer', async () => {
    await asked();
    await house.ok('answer', 'worker', 'blue');
    await exists('begun');
    await house.end('SIGKILL');
    house.killProcesses();
    await until('the run to be gone', () => house.processes().length === 0);
    await house.start();
    await stuck();
    assert.equal((await detail('worker')).runs[1]?.outcome?.exit, 'vanished');
    await arrives();
  });

  test('the program is away: the next try, with the program back, has the answer', async () => {
    await asked();
    renameSync(file('run.sh'), file('away'));
    await house.ok('answer', 'worker', 'blue');
    await stuck();
    renameSync(file('away'), file('run.sh'));
    await arrives();
  });

  test('the prompt file is away: the next try, with the file back, has the answer', async () => {
    await asked();
    renameSync(file('prompt.md'), file('away'));
    await house.ok('answer', 'worker', 'blue');
    await stuck();
    assert.match((await open('worker'))[0]?.prompt ?? '', /the prompt file prompt\.md is not there/);
    renameSync(file('away'), file('prompt.md'));
    await arrives();
  });
});

test('three answers that together overfill the prompt are brought to a person, and arrive by their file', async () => {
  await working(`if [ "$1" = 1 ]; then
      for word in one two three; do signalbox ask "$word?" --timeout 1; done; exit 0
    fi
    printf '%s' "$2" > prompt-given; cp "$SIGNALBOX_ANSWERS" answers.json`);
  await house.ok('add', 'worker', '--agent', 'long');
  await until('the first run to end', async () => (await detail('worker')).runs[0]?.outcome != null);
  for (const card of await open('worker'))
    await house.ok('answer', 'worker', (card.prompt[0] ?? '').repeat(60_000), '--item', card.id);
  await stuck();
  const { items, runs, status } = await detail('worker');
  assert.deepEqual([status, runs.length], ['NEEDS_ATTENTION', 2], 'no try after try of what cannot be');
  assert.deepEqual(
    items.map(({ code }) => code),
    [null, null, null, 'answers-too-long'],
  );
  assert.match(items[3]?.prompt ?? '', /with your answers \{prompt\} has more than 128 KiB/);
  for (const { delivery } of items.slice(0, 3)) assert.equal(delivery, 'given');
  await house.ok('answer', 'worker', '--option', 'by-file');
  await house.untilStatus('worker', 'DONE');
  assert.match(text('prompt-given'), /the entries with "new": true in the JSON file .*answers\.json/);
  const listed = JSON.parse(text('answers.json')) as { text: string; new: boolean }[];
  assert.deepEqual(
    listed.filter((each) => each.new).map((each) => each.text.length),
    [60_000, 60_000, 60_000, 0],
  );
  for (const item of (await detail('worker')).items.slice(0, 3)) assert.equal(item.delivered_to, 3);
});
