import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, test } from 'node:test';
import type { Detail } from '../../shared/detail.ts';
import { DaemonFixture } from '../daemon-fixture.ts';
import { until } from '../until.ts';

describe('a run outlives the daemon', () => {
  let house: DaemonFixture;
  afterEach(() => house.close());

  const file = (name: string) => join(house.project, name);
  const detail = (chunk: string) => house.json<Detail>('show', chunk);
  /** Notes each start, then waits for a word from the story. */
  const waits = 'echo started >> starts; until [ -e go ]; do sleep 0.05; done; echo finished';

  for (const signal of ['SIGKILL', 'SIGTERM'] as const) {
    test(`at work while the daemon ends by ${signal}: adopted, its end recorded once`, async () => {
      house = await DaemonFixture.open();
      await house.add('worker', waits);
      await until('the run to begin', () => existsSync(file('starts')));
      await house.end(signal);
      await house.start();
      assert.equal(await house.statusOf('worker'), 'RUNNING');
      writeFileSync(file('go'), '');
      await house.untilStatus('worker', 'DONE');
      assert.equal(readFileSync(file('starts'), 'utf8'), 'started\n');
      const { runs, history } = await detail('worker');
      assert.deepEqual(
        runs.map(({ outcome }) => outcome),
        [{ exit: 'exited', code: 0 }],
      );
      assert.equal(history.filter(({ what }) => what.startsWith('run 1 ended')).length, 1);
    });
  }

  test('ended while no daemon ran: the exit code is recorded at the next start', async () => {
    house = await DaemonFixture.open();
    await house.add('worker', `${waits}; exit 7`);
    await until('the run to begin', () => existsSync(file('starts')));
    await house.end('SIGKILL');
    writeFileSync(file('go'), '');
    await until('the run to end', () => house.processes().length === 0);
    await house.start();
    await house.untilStatus('worker', 'NEEDS_ATTENTION');
    const { runs, items } = await detail('worker');
    assert.deepEqual(runs[0]?.outcome, { exit: 'exited', code: 7 });
    assert.match(items[0]?.prompt ?? '', /failed with exit code 7/);
  });

  test('everything of a run is killed from outside: stuck "vanished", not started again', async () => {
    house = await DaemonFixture.open();
    await house.add('worker', waits);
    await until('the run to begin', () => existsSync(file('starts')));
    await house.end('SIGKILL');
    house.killProcesses();
    await until('the run to be gone', () => house.processes().length === 0);
    await house.start();
    await house.untilStatus('worker', 'NEEDS_ATTENTION');
    const { runs } = await detail('worker');
    assert.deepEqual(
      runs.map(({ outcome }) => outcome?.exit),
      ['vanished'],
    );
  });

  test('only the wrapper is killed: the run lives as long as its family does', async () => {
    house = await DaemonFixture.open();
    await house.add('worker', waits);
    await until('the run to begin', () => existsSync(file('starts')));
    const wrapper = house
      .processes()
      .find((pid) => readFileSync(`/proc/${pid}/cmdline`, 'latin1').includes('signalbox-run-'));
    process.kill(Number(wrapper), 'SIGKILL');
    await house.end('SIGKILL');
    await house.start();
    assert.equal(await house.statusOf('worker'), 'RUNNING');
    writeFileSync(file('go'), '');
    await house.untilStatus('worker', 'NEEDS_ATTENTION');
    const { runs } = await detail('worker');
    assert.equal(runs[0]?.outcome?.exit, 'vanished');
    assert.equal(readFileSync(file('starts'), 'utf8'), 'started\n');
  });

  test('a question asked while no daemon runs waits until one does', async () => {
    house = await DaemonFixture.open();
    await house.add(
      'worker',
      `echo started >> starts; until [ -e go ]; do sleep 0.05; done; signalbox ask Port? > told`,
    );
    await until('the run to begin', () => existsSync(file('starts')));
    await house.end('SIGKILL');
    writeFileSync(file('go'), '');
    const isAsking = (pid: number) => readFileSync(`/proc/${pid}/cmdline`, 'latin1').includes('ask\0Port?');
    await until('the question to be under way', () => house.processes().some(isAsking));
    await house.start();
    await house.untilStatus('worker', 'NEEDS_ATTENTION');
    await house.signalbox('answer', 'worker', '8080');
    await house.untilStatus('worker', 'DONE');
    assert.equal(readFileSync(file('told'), 'utf8'), '8080\n');
  });

  test('asks and ends: the answer starts the phase again, and asking again finds the answer', async () => {
    house = await DaemonFixture.open();
    const once = 'signalbox ask Port? --timeout 1 > told || exit 3; cp "$SIGNALBOX_ANSWERS" answers.json';
    await house.add('worker', once);
    await until(
      'the first run to end',
      async () => (await detail('worker')).runs[0]?.outcome?.exit === 'exited',
    );
    assert.equal(await house.statusOf('worker'), 'NEEDS_ATTENTION');
    await house.signalbox('answer', 'worker', '8080');
    await house.untilStatus('worker', 'DONE');
    assert.equal(readFileSync(file('told'), 'utf8'), '8080\n');
    const answers = JSON.parse(readFileSync(file('answers.json'), 'utf8')) as {
      text: string;
      new: boolean;
      run: number;
    }[];
    assert.deepEqual(
      answers.map(({ text, new: isNew, run }) => ({ text, isNew, run })),
      [{ text: '8080', isNew: true, run: 2 }],
    );
    const { items, runs } = await detail('worker');
    assert.equal(items.length, 1, 'one question, whoever asked it');
    assert.equal(runs.length, 2);
  });

  test('starting again with the same plan adds nothing; another plan under the same name is refused', async () => {
    house = DaemonFixture.make();
    const plan = (command: string) => JSON.stringify({ units: [{ chunk: 'only', command }] });
    writeFileSync(file('plan.json'), plan('true'));
    await house.start('--port', '0', '--plan', 'plan.json');
    await house.untilStatus('only', 'DONE');
    await house.end('SIGTERM');
    await house.start('--plan', 'plan.json');
    assert.equal((await detail('only')).runs.length, 1);
    await house.end('SIGTERM');
    writeFileSync(file('plan.json'), plan('false'));
    const { code, stderr } = await house.signalbox('start', '--foreground', '--plan', 'plan.json');
    assert.equal(code, 65);
    assert.match(stderr, /only: a unit of this name exists with other facts/);
  });

  test('a run gets little of the environment, and what its unit names', async () => {
    house = DaemonFixture.make({ SECRET_OF_THE_DAEMON: 'x', NAMED: 'yes' });
    await house.start('--port', '0');
    await house.add('worker', 'env > seen', '--env', 'NAMED');
    await house.untilStatus('worker', 'DONE');
    const seen = readFileSync(file('seen'), 'utf8');
    assert.match(seen, /^NAMED=yes$/m);
    assert.match(seen, /^SIGNALBOX_CHUNK=worker$/m);
    assert.doesNotMatch(seen, /SECRET_OF_THE_DAEMON|XDG_STATE_HOME/);
    assert.ok(readdirSync(house.paths.bin).includes('signalbox'));
  });
});
