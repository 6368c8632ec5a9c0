/** Real daemons on a real PostgreSQL: one alone, killed and started again; two on one log, of which one leads. */
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { DaemonFixture } from '../daemon-fixture.ts';
import { until } from '../until.ts';
import { PostgresServer, whyNoPostgres } from './postgres-server.ts';

/** A process that asks, waits, and writes down what it was told. */
const asks = (prompt: string) => `answer=$(signalbox ask '${prompt}') && printf '%s' "$answer" > told`;
const leads = (house: DaemonFixture, times = 1) =>
  house.daemonOutput.split('This daemon leads (').length - 1 >= times;

interface Attention {
  readonly items: readonly { readonly chunk: string; readonly id: string }[];
}

describe('daemons on PostgreSQL', { skip: whyNoPostgres() }, () => {
  let server: PostgresServer | null = null;
  const houses: DaemonFixture[] = [];
  const newServer = async () => {
    server ??= await PostgresServer.start();
    return server;
  };
  const newHouse = (env: NodeJS.ProcessEnv = {}) => {
    const house = DaemonFixture.make(env);
    houses.push(house);
    return house;
  };
  after(async () => {
    for (const house of houses) await house.close();
    await server?.stop();
  });

  test('a page, a run, a question, an answer; killed and started again without the flag, it goes on', async () => {
    const url = await (await newServer()).database();
    const house = newHouse();
    await house.start('--port', '0', '--undo-seconds', '0', '--database', url);
    await house.add('asker', asks('Which port?'));
    await house.untilStatus('asker', 'NEEDS_ATTENTION');
    assert.match(await (await fetch(house.address)).text(), /Which port\?/);
    await house.end('SIGKILL');
    await house.start();
    await until('it leads again', () => leads(house));
    const { items } = await house.json<Attention>('attention');
    assert.deepEqual(
      items.map(({ chunk }) => chunk),
      ['asker'],
    );
    await house.ok('answer', 'asker', '8080');
    await house.untilStatus('asker', 'DONE');
    assert.equal(readFileSync(join(house.project, 'told'), 'utf8'), '8080');
    assert.equal((await house.signalbox('check')).code, 0);
    await house.end('SIGTERM');
  });

  test('the URL comes from a file; its password is in no command line, log or page', async () => {
    const url = (await (await newServer()).database()).replace('signalbox@', 'signalbox:s3cret-word@');
    const house = newHouse();
    const refused = await house.signalbox('start', '--database', url);
    assert.equal(refused.code, 64);
    assert.match(refused.stderr, /takes no password/);
    const file = join(house.folder, 'url');
    writeFileSync(file, `${url}\n`, { mode: 0o644 });
    assert.equal((await house.signalbox('start', '--database', `file:${file}`)).code, 77);
    writeFileSync(join(house.folder, 'own'), `${url}\n`, { mode: 0o600 });
    await house.start('--port', '0', '--database', `file:${join(house.folder, 'own')}`);
    const shown = [
      house.daemonOutput,
      readFileSync(`/proc/${house.holder()?.pid}/cmdline`, 'utf8'),
      await (await fetch(house.address)).text(),
      (await house.signalbox('doctor')).stdout,
      (await house.signalbox('status')).stdout,
    ];
    assert.deepEqual(
      shown.filter((text) => text === '' || text.includes('s3cret-word')),
      [],
    );
    await house.end('SIGTERM');
  });

  test('two on one log: both answer, one leads; killed, the other one leads, and the run that lived on ends', async (t) => {
    const url = await (await newServer()).database();
    const [one, other] = [newHouse(), newHouse()];
    await one.start('--port', '0', '--undo-seconds', '0', '--database', url);
    await until('the first leads', () => leads(one));
    await other.start('--port', '0', '--database', url);
    await one.add('asker', asks('Which port?'));
    await other.untilStatus('asker', 'NEEDS_ATTENTION');
    await other.ok('answer', 'asker', '8080');
    await one.untilStatus('asker', 'DONE');
    assert.equal(readFileSync(join(one.project, 'told'), 'utf8'), '8080');

    await one.add('long', 'while [ ! -e go ]; do sleep 0.1; done');
    await other.untilStatus('long', 'RUNNING');
    const killed = Date.now();
    await one.end('SIGKILL');
    await until('the other leads', () => leads(other));
    t.diagnostic(`the other leads ${Date.now() - killed} ms after the kill (looked at every 20 ms)`);
    await other.add('here', 'true');
    await other.untilStatus('here', 'DONE');
    assert.equal(await other.statusOf('long'), 'RUNNING');
    writeFileSync(join(one.project, 'go'), '');
    await one.start();
    await other.untilStatus('long', 'DONE');
    const { runs } = await other.json<{ runs: unknown[] }>('show', 'long');
    assert.equal(runs.length, 1);
    for (const house of [one, other]) await house.end('SIGTERM');
  });

  test('one that hangs loses the lead after the lease, and when it wakes it starts nothing', async (t) => {
    const url = await (await newServer()).database();
    const [one, other] = [newHouse(), newHouse()];
    await one.start('--port', '0', '--database', url);
    await until('the first leads', () => leads(one));
    await other.start('--port', '0', '--database', url);
    process.kill(one.holder()?.pid ?? 0, 'SIGSTOP');
    const stopped = Date.now();
    await until('the other leads', () => leads(other));
    const ms = Date.now() - stopped;
    t.diagnostic(`the other leads ${ms} ms after the first hangs`);
    assert.ok(ms < 6000, `${ms} ms`);
    await other.add('once', 'echo x >> ran; sleep 1');
    process.kill(one.holder()?.pid ?? 0, 'SIGCONT');
    await other.untilStatus('once', 'DONE');
    await one.untilStatus('once', 'DONE');
    assert.equal(readFileSync(join(other.project, 'ran'), 'utf8'), 'x\n');
    await until('the first knows', () => one.daemonOutput.includes('leads no longer'));
    // It takes its turn again when the other ends.
    await other.end('SIGTERM');
    await until('the first leads again', () => leads(one, 2));
    await one.end('SIGTERM');
  });
});
