/** What the operator has answered reaches somebody who uses it, whatever becomes of runs and daemons on the way. */
import assert from 'node:assert/strict';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, test } from 'node:test';
import type { Detail } from '../../shared/detail.ts';
import { DaemonFixture } from '../daemon-fixture.ts';
import { until } from '../until.ts';

interface Listed {
  readonly text: string;
  readonly run: number | null;
  readonly new: boolean;
}

let house: DaemonFixture;
afterEach(() => house.close());

const file = (name: string) => join(house.project, name);
const text = (name: string) => readFileSync(file(name), 'utf8');
const write = (name: string, content: string) => writeFileSync(file(name), content);
const exists = (name: string) => until(`the file ${name}`, () => existsSync(file(name)));
const detail = (chunk: string) => house.json<Detail>('show', chunk);
const answersOf = (chunk: string, run: number): Listed[] =>
  JSON.parse(readFileSync(join(house.paths.runs, `${chunk}-${run}`, 'answers.json'), 'utf8')) as Listed[];

describe('the command that asks is cut off, and its run goes on', () => {
  /** Asks, is cut off when the test says so, and goes on until it may end. */
  const CUT = `signalbox ask 'Which colour?' > told & asker=$!
    until [ -e cut ]; do sleep 0.05; done; kill -KILL $asker; wait; touch gone
    until [ -e go ]; do sleep 0.05; done`;

  /** The question is there, and nobody waits for its answer any more. */
  async function cutOff(): Promise<void> {
    await house.untilStatus('worker', 'NEEDS_ATTENTION');
    write('cut', '');
    await exists('gone');
  }

  test('an answer that nobody waited for starts the phase again, once, though the run ended well', async () => {
    house = await DaemonFixture.open();
    await house.add(
      'worker',
      `if [ "$SIGNALBOX_RUN" = 1 ]; then ${CUT}; else cp "$SIGNALBOX_ANSWERS" "given-$SIGNALBOX_RUN"; fi`,
    );
    await cutOff();
    await house.ok('answer', 'worker', 'blue');
    await until('the live run to find it in its file', () => answersOf('0', 1)[0]?.text === 'blue');
    const [waits] = (await detail('worker')).items;
    assert.deepEqual([waits?.delivered_to, waits?.given_to, waits?.delivery], [null, null, 'undelivered']);
    assert.match(await house.ok('show', 'worker'), /Which colour\? → blue \(not yet delivered\)/);
    write('go', '');
    await house.untilStatus('worker', 'DONE');
    const { runs, items } = await detail('worker');
    assert.deepEqual([runs.length, items.length], [2, 1]);
    assert.deepEqual([items[0]?.delivered_to, items[0]?.given_to, items[0]?.delivery], [2, 2, 'delivered']);
    const given = JSON.parse(text('given-2')) as Listed[];
    assert.deepEqual(
      given.map(({ text, run, new: isNew }) => [text, run, isNew]),
      [['blue', 2, true]],
    );
    assert.match(await house.ok('show', 'worker'), /Which colour\? → blue \(delivered to run 2\)/);
  });

  test('the same command, run again by the same run, gets the answer, and nothing is started twice', async () => {
    house = await DaemonFixture.open();
    await house.add('worker', `${CUT}; signalbox ask 'Which colour?' > told`);
    await cutOff();
    await house.ok('answer', 'worker', 'blue');
    write('go', '');
    await house.untilStatus('worker', 'DONE');
    const { runs, items } = await detail('worker');
    assert.deepEqual([text('told'), runs.length, items.length], ['blue\n', 1, 1]);
    assert.equal(items[0]?.delivered_to, 1);
  });
});
