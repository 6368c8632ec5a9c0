/** Runs on another machine, from the start of the daemon to the output on its page; without sshd (see the suite --scale). */
import assert from 'node:assert/strict';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { DaemonFixture, killQuietly } from '../daemon-fixture.ts';
import { until } from '../until.ts';
import { FarMachine } from './far-machine.ts';

describe('runs on another machine', () => {
  const far = new FarMachine();
  const house = DaemonFixture.make({ PATH: far.path });
  const executors = (more: object = {}) => ({
    executors: { box: { ssh: 'box', folder: far.project, room: 4, lost_after: 2, ...more } },
  });
  async function configure(file: object): Promise<void> {
    const path = join(house.folder, 'executors.json');
    writeFileSync(path, JSON.stringify(file));
    await house.ok('executors', 'set', path);
  }
  const reached = () =>
    until('box to be reached', async () => {
      const [line] = await house.json<{ reached: boolean }[]>('executors');
      return line?.reached === true;
    });
  const lines = (name: string) =>
    existsSync(join(far.project, name)) ? readFileSync(join(far.project, name), 'utf8').trim().split('\n') : [];
  const plan = async (...units: object[]) => {
    const path = join(house.folder, 'plan.json');
    writeFileSync(path, JSON.stringify({ units }));
    await house.ok('add', '--plan', path);
  };

  before(async () => {
    await house.start('--port', '0', '--undo-seconds', '0');
    await configure(executors());
    await reached();
  });
  after(async () => {
    await house.close();
    far.close();
  });

  test('works in the folder there; its output and its exit code come back', async () => {
    await plan({ chunk: 'far', command: 'pwd; echo $SIGNALBOX_CHUNK; seq 1 3', executor: 'box' });
    await house.untilStatus('far', 'DONE');
    assert.equal(await house.ok('logs', 'far'), `${far.project}\nfar\n1\n2\n3\n`);
    const [unit] = await house.json<{ executor: string }[]>('ls', '--find', 'far');
    assert.equal(unit?.executor, 'box');
    await until('the carrier to clean up', () => far.carrierPids().length === 0);
  });

  test('asks and is answered from there', async () => {
    await plan({ chunk: 'asks', command: 'signalbox ask "Which port?" > port; cat port', executor: 'box' });
    await house.untilStatus('asks', 'NEEDS_ATTENTION');
    await house.ok('answer', 'asks', '8080');
    await house.untilStatus('asks', 'DONE').catch(async (e) => { console.log(await house.ok('show','asks'), await house.ok('logs','asks'), await house.ok('history', 'asks'), house.daemonOutput); throw e; });
    assert.match(await house.ok('logs', 'asks'), /8080/);
  });

  test('fails as it failed there', async () => {
    await plan({ chunk: 'fails', command: 'echo no; exit 3', executor: 'box' });
    await house.untilStatus('fails', 'NEEDS_ATTENTION');
    assert.match(await house.ok('show', 'fails'), /exit code 3/);
  });
});
