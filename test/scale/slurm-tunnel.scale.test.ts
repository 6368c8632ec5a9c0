/** A node of Slurm that reaches the daemon's machine by ssh alone: a real Slurm and a real sshd. */
import assert from 'node:assert/strict';
import { readdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { DaemonFixture } from '../daemon-fixture.ts';
import { noSlurm, SlurmCluster } from '../runs/slurm.ts';
import { noSshd, SshMachine } from '../runs/sshd.ts';
import { until } from '../until.ts';
import { plan, textIn } from './chaos.ts';

describe('a node of Slurm that reaches the daemon by ssh', { skip: noSlurm || noSshd }, () => {
  const far = new SlurmCluster();
  const home = new SshMachine();
  const house = DaemonFixture.make(far.variablesHere);
  const tunnels = () => readdirSync(tmpdir()).filter((name) => name.startsWith('signalbox-socket-'));
  const earlier = tunnels();

  before(async () => {
    await far.open();
    await home.open();
    far.program('by-ssh', `PATH='${home.ssh}:/usr/bin:/bin'\nexport PATH\nexec '${far.signalbox}' "$@"`);
    await house.start('--port', '0', '--undo-seconds', '0');
    const path = join(house.folder, 'executors.json');
    const slurm = { shared: far.shared, via: 'box' };
    const cluster = { slurm, folder: far.project, room: 4, program: join(far.bin, 'by-ssh'), lost_after: 60 };
    writeFileSync(path, JSON.stringify({ default: 'cluster', executors: { cluster } }));
    await house.ok('executors', 'set', path);
    await until(
      'Slurm',
      async () => (await house.json<{ reached: boolean }[]>('executors'))[0]?.reached === true,
    );
  });
  after(async () => {
    await house.close();
    home.close();
    far.close();
  });

  test('claims, asks and brings its output, over a connection that is cut meanwhile', async () => {
    const command =
      'signalbox ask "Which port?" > port; echo $SIGNALBOX_SOCKET > socket; while [ ! -e go ]; do sleep 0.05; done; cat port';
    await plan(house, [{ chunk: 'asks', command }]);
    await house.untilStatus('asks', 'NEEDS_ATTENTION');
    await house.ok('answer', 'asks', '8080');
    await until('the answer', () => textIn(join(far.project, 'socket')) !== '');
    assert.notEqual(textIn(join(far.project, 'socket')).trim(), house.paths.socket);
    await home.cut();
    writeFileSync(join(far.project, 'go'), '');
    await home.mend();
    await house.untilStatus('asks', 'DONE');
    assert.match(await house.ok('logs', 'asks'), /^8080$/m);
    await until('its job to end', async () => (await far.jobs()).length === 0);
    assert.deepEqual(tunnels(), earlier);
  });
});
