/** Runs on a cluster by a real Slurm: jobs are cancelled, carriers, the daemon, the controller and the node killed, with a seed. */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { DaemonFixture } from '../daemon-fixture.ts';
import { noSlurm, SlurmCluster } from '../runs/slurm.ts';
import { until } from '../until.ts';
import {
  carrierKilled,
  daemonKilled,
  endure,
  type Incident,
  LOST_AFTER,
  plan,
  ROOM,
  RUNS,
  SEED,
  textIn,
} from './chaos.ts';

describe('runs on a cluster, by Slurm', { skip: noSlurm }, () => {
  const far = new SlurmCluster();
  const house = DaemonFixture.make(far.variablesHere);
  const there = (name: string) => join(far.project, name);
  const jobs = () => far.jobs();
  const began = (chunk: string) => until(`${chunk} to begin`, () => textIn(there(`${chunk}.began`)) !== '');
  const waiting = (chunk: string) =>
    `echo $$ >> ${chunk}.began; while [ ! -e ${chunk}.go ]; do sleep 0.05; done`;
  const launches = () => far.files().filter((path) => path.endsWith('.json'));
  const executors = () => house.json<{ name: string; kind: string; reached: boolean }[]>('executors');
  const reached = (is = true) =>
    until('Slurm', async () => (await executors()).every((each) => each.reached === is), 90_000);

  before(async () => {
    await far.open();
    await house.start('--port', '0', '--undo-seconds', '0', '--max-agents', String(ROOM));
    const path = join(house.folder, 'executors.json');
    const cluster = {
      slurm: { shared: far.shared, options: ['--partition=main', '--mem=1'] },
      folder: far.project,
      room: ROOM,
      program: far.signalbox,
      lost_after: LOST_AFTER,
    };
    const closed = { ...cluster, slurm: { shared: far.shared, options: ['--partition=closed'] } };
    const short = { ...cluster, slurm: { shared: far.shared, options: ['--time=0:01'] } };
    const wrong = { ...cluster, slurm: { shared: far.shared, options: ['--partition=nowhere'] } };
    writeFileSync(path, JSON.stringify({ default: 'cluster', executors: { cluster, closed, short, wrong } }));
    await house.ok('executors', 'set', path);
    await reached();
  });
  after(async () => {
    await house.close();
    far.close();
  });

  test('asks from there, is answered, and its output and exit code come back', async () => {
    await plan(house, [
      { chunk: 'asks', command: 'signalbox ask "Which port?" > port; seq 1 50000; cat port' },
    ]);
    await house.untilStatus('asks', 'NEEDS_ATTENTION');
    await house.ok('answer', 'asks', '8080');
    await house.untilStatus('asks', 'DONE');
    const expected = Array.from({ length: 50_000 }, (_, nth) => `${nth + 1}\n`).join('');
    assert.ok((await house.ok('logs', 'asks')).includes(`${expected}8080\n`));
    assert.match(await house.ok('executors'), /^cluster +slurm +/m);
  });

  test('doctor names it, and has a unit ask from there', async () => {
    const { stdout } = await house.signalbox('doctor', '--json');
    const findings = JSON.parse(stdout) as { what: string; status: string; message: string }[];
    const found = (name: string) => findings.find(({ what }) => what === `executor ${name}`);
    assert.match(found('cluster')?.message ?? '', /A unit asked from cluster by Slurm/);
    assert.equal(found('cluster')?.status, 'good');
    assert.match(found('closed')?.message ?? '', /it may wait in the queue/);
    assert.equal(found('closed')?.status, 'note');
    assert.match(found('wrong')?.message ?? '', /[Ii]nvalid partition/);
    assert.equal(found('wrong')?.status, 'bad');
    await until('its jobs to end', async () => (await jobs()).length === 0);
  });

  test('its secret is in no command line, job script, environment or output of Slurm', async () => {
    await plan(house, [{ chunk: 'held', command: waiting('held'), executor: 'closed' }]);
    await until('its job', async () => (await jobs()).length > 0 && launches().length > 0);
    const [launch = ''] = launches();
    const { secret } = JSON.parse(readFileSync(launch, 'utf8')) as { secret: string };
    assert.equal(statSync(launch).mode & 0o777, 0o600);
    assert.equal(statSync(join(launch, '..')).mode & 0o777, 0o700);
    const shown = await far.call('scontrol', 'show', 'job', '-dd');
    const spooled = ['state', 'spool'].flatMap((name) => {
      const folder = join(far.folder, name);
      return readdirSync(folder, { recursive: true, encoding: 'utf8' })
        .map((file) => join(folder, file))
        .filter((file) => statSync(file).isFile())
        .map((file) => readFileSync(file, 'latin1'));
    });
    assert.ok(
      spooled.some((text) => text.includes('carry --launch')),
      'the script is spooled',
    );
    for (const text of [shown, ...spooled]) assert.ok(!text.includes(secret));
    for (const text of spooled) assert.doesNotMatch(text, /SIGNALBOX_|XDG_/);
    await house.ok('kill', 'held');
    await house.untilStatus('held', 'BLOCKED');
    await until('its job to be cancelled', async () => (await jobs()).length === 0);
    assert.deepEqual(launches(), []);
    await house.ok('close', 'held');
  });

  test('waits in the queue beyond the time for a claim, over restarts and a controller that is away', async () => {
    await plan(house, [{ chunk: 'queued', command: waiting('queued'), executor: 'closed' }]);
    await until('its job', async () => (await jobs()).length === 1);
    // Slurm notes its jobs every few seconds; what it has not noted, a killed controller has forgotten.
    await delay(6000);
    await house.end('SIGKILL');
    await house.start();
    await far.killController();
    await reached(false);
    await delay(35_000);
    await far.startController();
    await reached();
    await delay(5000);
    assert.equal(await house.statusOf('queued'), 'RUNNING');
    assert.equal((await house.json<{ runs: unknown[] }>('show', 'queued')).runs.length, 1);
    await far.call('scontrol', 'update', 'PartitionName=closed', 'State=UP');
    await began('queued');
    writeFileSync(there('queued.go'), '');
    await house.untilStatus('queued', 'DONE');
    assert.equal(textIn(there('queued.began')).trim().split('\n').length, 1);
    await far.call('scontrol', 'update', 'PartitionName=closed', 'State=DOWN');
  });

  test('cancelled while it waits, it never began, and is tried again; what Slurm refuses is said', async () => {
    await plan(house, [{ chunk: 'cancelled', command: waiting('cancelled'), executor: 'closed' }]);
    const runs = async () => (await house.json<{ runs: unknown[] }>('show', 'cancelled')).runs.length;
    await until('its job', async () => (await jobs()).length === 1);
    // It is known to be in the queue.
    await delay(4000);
    await far.call('scancel', '--me');
    await until('the next run', async () => (await runs()) === 2);
    await house.ok('close', 'cancelled', '--kill');
    await until('its job to be cancelled', async () => (await jobs()).length === 0);
    await plan(house, [{ chunk: 'refused', command: 'true', executor: 'wrong' }]);
    await house.untilStatus('refused', 'NEEDS_ATTENTION');
    assert.match(await house.ok('show', 'refused'), /[Ii]nvalid partition/);
    await house.ok('close', 'refused');
  });

  test('cancelled or at its time limit, it ends as it ended there', async () => {
    await plan(house, [
      { chunk: 'stopped', command: waiting('stopped') },
      { chunk: 'limited', command: waiting('limited'), executor: 'short' },
    ]);
    await Promise.all([began('stopped'), began('limited')]);
    const [first] = (await far.call('squeue', '-h', '-t', 'R', '-o', '%i', '-S', 'i')).split('\n');
    await far.call('scancel', first ?? '');
    await house.untilStatus('stopped', 'NEEDS_ATTENTION');
    assert.match(await house.ok('show', 'stopped'), /exit code 143|vanished|is lost/);
    // Slurm looks at limits twice a minute.
    await until('the limit', async () => (await house.statusOf('limited')) === 'NEEDS_ATTENTION', 200_000);
    assert.match(await house.ok('show', 'limited'), /exit code 143|vanished|is lost/);
    for (const chunk of ['stopped', 'limited']) await house.ok('close', chunk);
  });

  const scancelled: Incident = {
    name: 'jobs cancelled',
    weight: 4,
    happen: async (pick) => {
      const all = await jobs().catch(() => []);
      const name = all[pick(Math.max(1, all.length))];
      if (name !== undefined) await far.call('scancel', `--name=${name}`).catch(() => {});
      return name !== undefined;
    },
  };
  const controllerKilled: Incident = {
    name: 'controllers killed',
    weight: 1,
    happen: async (pick) => {
      await far.killController();
      await delay(pick(3000));
      await far.startController();
      return true;
    },
  };
  const nodeKilled: Incident = {
    name: 'slurmd killed',
    weight: 1,
    happen: async (pick) => {
      await far.killNode();
      await delay(pick(3000));
      await far.startNode();
      return true;
    },
  };

  test(`${RUNS} runs, cancelled and killed (seed ${SEED})`, async (context) => {
    const incidents = [
      scancelled,
      carrierKilled(far, 3),
      daemonKilled(house, 1),
      controllerKilled,
      nodeKilled,
    ];
    await endure(context, { house, far, incidents, pause: 2000, mend: () => far.resume() });
    await reached();
    const isIdle = async () => {
      await far.resume();
      const left = await far.call('squeue', '-h', '-o', '%i %j %T %r %M');
      if (left !== '') throw new Error(`the node is ${await far.nodeState()}: ${left}`);
      return true;
    };
    await until('all jobs to end', isIdle, 120_000);
    // Folders of carriers that were killed stay for a week.
    const isGone = () => !far.files().some((path) => /\.(json|log)$/.test(path));
    await until('all launches to be removed', isGone, 90_000);
    assert.deepEqual(far.processes(), []);
  });
});
