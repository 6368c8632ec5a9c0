/** Runs on a cluster of Kubernetes, from the start of the daemon to the output on its page: against a stand-in of the API alone. */
import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, beforeEach, describe, test } from 'node:test';
import { DaemonFixture } from '../daemon-fixture.ts';
import { KubernetesStandIn } from '../stand-ins/kubernetes-server.ts';
import { until } from '../until.ts';

interface Shown {
  readonly runs: readonly unknown[];
}
interface Line {
  readonly name: string;
  readonly kind: string;
  readonly reached: boolean;
  readonly problem: string | null;
}

describe('runs on a cluster of Kubernetes', () => {
  const far = new KubernetesStandIn();
  const house = DaemonFixture.make(far.variablesHere);
  const cluster = (more: object = {}) => ({
    kubernetes: { image: 'registry.example.com/api:1' },
    folder: far.project,
    room: 6,
    ...more,
  });
  const there = (name: string) => join(far.project, name);
  const lines = (name: string) =>
    existsSync(there(name)) ? readFileSync(there(name), 'utf8').trim().split('\n') : [];
  const plan = async (...units: object[]) => {
    const path = join(house.folder, 'plan.json');
    writeFileSync(path, JSON.stringify({ units: units.map((unit) => ({ executor: 'cluster', ...unit })) }));
    await house.ok('add', '--plan', path);
  };
  /** Begins, and says so in a file there; goes on when the file `go` comes. */
  const waiting = (chunk: string) =>
    `echo $$ >> ${chunk}.began; while [ ! -e ${chunk}.go ]; do sleep 0.05; done; echo ${chunk} went on`;
  const letGo = (chunk: string) => writeFileSync(there(`${chunk}.go`), '');
  const began = (chunk: string) => until(`${chunk} to begin`, () => lines(`${chunk}.began`).length > 0);
  const isAlive = (chunk: string) => existsSync(`/proc/${lines(`${chunk}.began`).at(-1)}`);
  const runsOf = async (chunk: string) => (await house.json<Shown>('show', chunk)).runs.length;
  const executors = () => house.json<Line[]>('executors');
  const reached = (is = true) =>
    until(`the API to be ${is ? 'reached' : 'away'}`, async () =>
      (await executors()).every(({ name, reached }) => name !== 'cluster' || reached === is),
    );
  const launches = () => {
    const all = join(house.paths.folder, 'kubernetes');
    return readdirSync(all, { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.json'))
      .map((name) => join(all, name));
  };
  const podOf = (chunk: string) => {
    const pid = Number(lines(`${chunk}.began`).at(-1));
    const pod = far.pods().find((each) => each.processes().includes(pid));
    assert.ok(pod);
    return pod;
  };
  const noJobs = () => until('its job to be deleted', () => far.jobs().length === 0);

  before(async () => {
    await far.open();
    await house.start('--port', '0', '--undo-seconds', '0', '--max-agents', '8');
    const path = join(house.folder, 'executors.json');
    writeFileSync(
      path,
      JSON.stringify({ executors: { cluster: cluster(), quick: cluster({ lost_after: 3 }) } }),
    );
    await house.ok('executors', 'set', path);
    await reached();
  });
  beforeEach(() => {
    far.place();
    far.refuse = null;
    far.mayExec = true;
  });
  after(async () => {
    await house.close();
    far.close();
  });

  test('asks from there, is answered, and its output and exit code come back', async () => {
    await plan({
      chunk: 'asks',
      command: 'pwd; signalbox ask "Which port?" > port; seq 1 50000; cat port; exit 3',
    });
    await house.untilStatus('asks', 'NEEDS_ATTENTION');
    assert.match(await house.ok('executors'), /^cluster +kubernetes +/m);
    await house.ok('answer', 'asks', '8080');
    await until('its end', async () => (await house.ok('show', 'asks')).includes('exit code 3'));
    const expected = Array.from({ length: 50_000 }, (_, nth) => `${nth + 1}\n`).join('');
    const printed = await house.ok('logs', 'asks');
    assert.ok(printed.startsWith(`${far.project}\n`) && printed.endsWith(`${expected}8080\n`));
    await house.ok('close', 'asks');
    await noJobs();
    assert.deepEqual(far.processes(), []);
  });

  test('its secret is in nothing that the cluster is told, in no command line and no environment', async () => {
    far.isFull = true;
    await plan({ chunk: 'secret', command: waiting('secret') });
    await until('its job', () => far.jobs().length === 1 && launches().length === 1);
    const [launch = ''] = launches();
    const { secret } = JSON.parse(readFileSync(launch, 'utf8')) as { secret: string };
    assert.equal(statSync(launch).mode & 0o777, 0o600);
    assert.equal(statSync(join(launch, '..')).mode & 0o777, 0o700);
    far.place();
    await began('secret');
    const seen = podOf('secret')
      .processes()
      .flatMap((pid) => ['cmdline', 'environ'].map((name) => readFileSync(`/proc/${pid}/${name}`, 'latin1')));
    assert.ok(seen.some((text) => text.includes('--linked')));
    assert.ok(
      far.asked.some((text) => text.includes('"kind":"Job"')),
      'what was asked is known',
    );
    assert.ok(far.asked.some((text) => text.includes('--link')));
    for (const text of [...far.asked, ...seen, house.daemonOutput]) assert.ok(!text.includes(secret));
    await until('its launch to be removed', () => launches().length === 0);
    letGo('secret');
    await house.untilStatus('secret', 'DONE');
    await noJobs();
  });

  test('the daemon is killed while its job waits for a node: it runs once', async () => {
    far.isFull = true;
    await plan({ chunk: 'queued', command: waiting('queued') });
    await until('its job', () => far.jobs().length === 1);
    await house.end('SIGKILL');
    await house.start();
    await reached();
    assert.equal(await house.statusOf('queued'), 'RUNNING');
    far.place();
    await began('queued');
    letGo('queued');
    await house.untilStatus('queued', 'DONE');
    assert.equal(lines('queued.began').length, 1);
    assert.equal(await runsOf('queued'), 1);
  });

  test('an answer that is lost after the job was made starts nothing twice', async () => {
    far.loseAnswers = 1;
    await plan({ chunk: 'unheard', command: waiting('unheard') });
    await began('unheard');
    letGo('unheard');
    await house.untilStatus('unheard', 'DONE');
    assert.equal(far.loseAnswers, 0);
    assert.equal(lines('unheard.began').length, 1);
    assert.equal(await runsOf('unheard'), 1);
  });

  test('goes on over a daemon that is killed, and over links that are cut; what it printed comes once', async () => {
    await plan({ chunk: 'cut', command: `echo before; ${waiting('cut')}; echo after` });
    await began('cut');
    far.cut();
    await house.end('SIGKILL');
    await house.start();
    await reached();
    far.cut();
    letGo('cut');
    await house.untilStatus('cut', 'DONE');
    assert.equal(await house.ok('logs', 'cut'), 'before\ncut went on\nafter\n');
    assert.equal(lines('cut.began').length, 1);
  });

  test('killed, it ends there with all its processes', async () => {
    await plan({ chunk: 'killed', command: waiting('killed') });
    await began('killed');
    await house.ok('kill', 'killed');
    await house.untilStatus('killed', 'BLOCKED');
    assert.equal(isAlive('killed'), false);
    await noJobs();
  });

  test('killed while it waits for a node, it never begins, also where the deletion fails at first', async () => {
    far.isFull = true;
    far.failDeletions = 2;
    await plan({ chunk: 'cancelled', command: waiting('cancelled') });
    await until('its job', () => far.jobs().length === 1);
    await house.ok('kill', 'cancelled');
    await house.untilStatus('cancelled', 'BLOCKED');
    assert.deepEqual(launches(), []);
    await noJobs();
    assert.equal(far.failDeletions, 0);
    far.place();
    assert.deepEqual(lines('cancelled.began'), []);
  });

  test('killed while the API is away, its job is deleted when it is back', async () => {
    far.isFull = true;
    await plan({ chunk: 'away', command: waiting('away') });
    await until('its job', () => far.jobs().length === 1);
    await far.away();
    await reached(false);
    await house.ok('kill', 'away');
    await house.untilStatus('away', 'BLOCKED');
    // There is room, and its pod begins: nobody brings it a launch.
    far.place();
    await far.back();
    await noJobs();
    assert.deepEqual(lines('away.began'), []);
    await reached();
  });

  test('while the API is away nothing is given up and nothing starts, and doctor says so', async () => {
    far.isFull = true;
    await plan({ chunk: 'kept', command: waiting('kept') });
    await until('its job', () => far.jobs().length === 1);
    await far.away();
    await reached(false);
    await plan({ chunk: 'later', command: 'true' });
    const { stdout } = await house.signalbox('doctor', '--json');
    const findings = JSON.parse(stdout) as { what: string; status: string; message: string }[];
    const found = findings.find(({ what }) => what === 'executor cluster');
    assert.equal(found?.status, 'bad');
    assert.match(
      found?.message ?? '',
      /^cluster by Kubernetes is not reached: .*(ECONNREFUSED|disconnected)/,
    );
    assert.equal(await house.statusOf('kept'), 'RUNNING');
    assert.equal(await house.statusOf('later'), 'READY');
    await far.back();
    far.place();
    await began('kept');
    letGo('kept');
    await house.untilStatus('kept', 'DONE');
    await house.untilStatus('later', 'DONE');
    assert.equal(await runsOf('kept'), 1);
  });

  test('doctor has a unit ask from there', async () => {
    await until('all to be reached', async () => (await executors()).every(({ reached }) => reached));
    const findings = await house.json<{ what: string; status: string; message: string }[]>('doctor');
    const found = findings.find(({ what }) => what === 'executor cluster');
    assert.match(found?.message ?? '', /A unit asked from cluster by Kubernetes, was answered/);
    assert.equal(found?.status, 'good');
  });

  test('evicted, it ends as its command did; with its node, it is lost, and nothing starts anew by itself', async () => {
    await plan({ chunk: 'evicted', command: waiting('evicted') });
    await began('evicted');
    await podOf('evicted').evict();
    await house.untilStatus('evicted', 'NEEDS_ATTENTION');
    assert.match(await house.ok('show', 'evicted'), /exit code 143/);
    await house.ok('close', 'evicted');
    await noJobs();
    const retry = { times: 3, delay: 0, on: [1] };
    await plan({ chunk: 'gone', command: waiting('gone'), executor: 'quick', retry });
    await began('gone');
    podOf('gone').loseNode();
    await house.untilStatus('gone', 'NEEDS_ATTENTION');
    assert.match(await house.ok('show', 'gone'), /is lost/);
    assert.equal(lines('gone.began').length, 1);
    await house.ok('close', 'gone');
    far.forgetNode();
    await noJobs();
  });

  test('deleted by somebody while it waits, it never began, and is tried again; what the server refuses is said', async () => {
    far.isFull = true;
    await plan({ chunk: 'deleted', command: waiting('deleted') });
    await until('its job', () => far.jobs().length === 1);
    const [first = ''] = far.jobs();
    // It is known to have been there.
    await until('a listing', () => far.asked.at(-1)?.startsWith('GET') ?? false);
    far.deleteJob(first);
    await until('the next run', async () => (await runsOf('deleted')) === 2, 60_000);
    await house.ok('close', 'deleted', '--kill');
    await noJobs();
    far.place();
    far.refuse = { status: 403, message: 'jobs is forbidden: exceeded quota', times: 9 };
    await plan({ chunk: 'refused', command: 'true' });
    await house.untilStatus('refused', 'NEEDS_ATTENTION');
    assert.match(await house.ok('show', 'refused'), /exceeded quota/);
    assert.equal(await runsOf('refused'), 3);
    far.refuse = null;
    await house.ok('close', 'refused');
  });

  test('who may not open a link to a pod is told, and what waits there begins when he may', async () => {
    far.mayExec = false;
    await plan({ chunk: 'unlinked', command: waiting('unlinked') });
    await until('the reason', async () =>
      (await executors()).some(({ problem }) => problem?.includes('cannot create resource "pods/exec"')),
    );
    far.mayExec = true;
    await began('unlinked');
    letGo('unlinked');
    await house.untilStatus('unlinked', 'DONE');
    await reached();
    assert.equal(await runsOf('unlinked'), 1);
  });

  test('what keeps a pod from its node stands in the log of the daemon', async () => {
    far.isFull = true;
    await plan({ chunk: 'placed', command: 'true' });
    await until('the reason', () => /Unschedulable: 0\/1 nodes are available/.test(house.daemonOutput));
    far.place();
    await house.untilStatus('placed', 'DONE');
    await noJobs();
    await until('its carrier to end', () => far.processes().length === 0);
  });
});
