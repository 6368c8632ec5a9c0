/** What Kubernetes is told and what its answers are taken for, without a server. */
import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import { parseExecutors } from '../../server/executors/executors-file.ts';
import { ApiRefusal, KubernetesApi } from '../../server/executors/kubernetes-api.ts';
import {
  jobName,
  jobOf,
  jobsIn,
  ownerOf,
  podsIn,
  selectorOf,
} from '../../server/executors/kubernetes-job.ts';
import type { KubernetesDefinition } from '../../shared/executor-words.ts';
import { KubernetesStandIn } from '../stand-ins/kubernetes-server.ts';

const ONE = '1'.repeat(32);
const TWO = '2'.repeat(32);
const CLUSTER = {
  folder: '/work',
  room: 2,
  kubernetes: { image: 'registry.example.com:5000/api:1@sha256:0a' },
};
const OWNER = ownerOf('abcdef0123456789', `x${'-'.repeat(62)}`);

function parse(cluster: object): KubernetesDefinition {
  const [read] = parseExecutors('file', JSON.stringify({ executors: { cluster } })).executors;
  assert.ok(read && 'kubernetes' in read);
  return read;
}

describe('an executor of Kubernetes', () => {
  test('is read with its defaults; what is not on the list is refused by its name', () => {
    assert.deepEqual(parse(CLUSTER).kubernetes, {
      context: null,
      namespace: null,
      image: CLUSTER.kubernetes.image,
      requests: {},
      limits: {},
      node_selector: {},
      service_account: null,
      image_pull_secrets: [],
      volumes: [],
    });
    const wrong: readonly [object, RegExp][] = [
      [{ image: '-x' }, /executors\.cluster\.kubernetes\.image/],
      [{ image: 'a b' }, /executors\.cluster\.kubernetes\.image/],
      [{}, /executors\.cluster\.kubernetes\.image/],
      [{ image: 'a', namespace: 'a/b' }, /executors\.cluster\.kubernetes\.namespace/],
      [{ image: 'a', privileged: true }, /executors\.cluster\.kubernetes/],
      [{ image: 'a', limits: { cpu: 'many' } }, /executors\.cluster\.kubernetes\.limits\.cpu/],
      [{ image: 'a', volumes: [{ claim: 'a', path: 'x' }] }, /kubernetes\.volumes\.0\.path/],
      [{ image: 'a', volumes: [{ hostPath: '/', path: '/x' }] }, /kubernetes\.volumes\.0/],
      [{ image: 'a', service_account: 'A' }, /kubernetes\.service_account/],
    ];
    for (const [kubernetes, said] of wrong)
      assert.throws(() => parse({ ...CLUSTER, kubernetes }), said, JSON.stringify(kubernetes));
    assert.throws(() => parse({ ...CLUSTER, ssh: 'box' }), /executors\.cluster/);
  });

  test('its job has one pod, once, with what the file says, and by labels that any name fits into', () => {
    const kubernetes = {
      image: 'api',
      requests: { cpu: '500m', memory: '4Gi' },
      limits: { 'nvidia.com/gpu': '1' },
      node_selector: { 'kubernetes.io/arch': 'amd64' },
      service_account: 'runs',
      image_pull_secrets: ['registry'],
      volumes: [{ claim: 'code', path: '/work' }],
    };
    const { metadata, spec } = jobOf(parse({ ...CLUSTER, kubernetes }), ONE, OWNER);
    assert.equal(metadata?.name, `sb-${ONE}`);
    assert.deepEqual([spec?.backoffLimit, spec?.completions, spec?.parallelism], [0, 1, 1]);
    assert.ok((spec?.ttlSecondsAfterFinished ?? 0) > 0);
    const pod = spec?.template.spec;
    assert.equal(pod?.restartPolicy, 'Never');
    assert.equal(pod?.serviceAccountName, 'runs');
    assert.deepEqual(pod?.nodeSelector, kubernetes.node_selector);
    assert.deepEqual(pod?.imagePullSecrets, [{ name: 'registry' }]);
    const [container] = pod?.containers ?? [];
    assert.deepEqual(container?.command, ['signalbox', 'carry', '--linked', ONE]);
    assert.deepEqual(container?.resources, { requests: kubernetes.requests, limits: kubernetes.limits });
    assert.equal(container?.volumeMounts?.[0]?.mountPath, '/work');
    assert.equal(pod?.volumes?.[0]?.persistentVolumeClaim?.claimName, 'code');
    for (const value of Object.values(metadata?.labels ?? {}))
      assert.match(value, /^[A-Za-z0-9]([A-Za-z0-9_.-]{0,61}[A-Za-z0-9])?$/);
    // Without an account of its own, a run gets no right in the cluster.
    assert.equal(jobOf(parse(CLUSTER), ONE, OWNER).spec?.template.spec?.automountServiceAccountToken, false);
  });

  test('of a listing only our jobs count, and whether they are over', () => {
    const job = (marker: string, name = jobName(marker), conditions: object[] = []) => ({
      metadata: { name, labels: { 'signalbox/marker': marker } },
      status: { conditions: conditions as { type: string; status: string }[] },
    });
    const failed = [{ type: 'FailureTarget', status: 'True' }];
    const { all, open } = jobsIn({
      items: [
        job(ONE, jobName(ONE), failed),
        job(TWO, jobName(TWO), [{ type: 'Complete', status: 'True' }]),
        job('3'.repeat(32), 'another'),
        job('../x', 'sb-../x'),
        {},
      ],
    });
    assert.deepEqual([...all], [ONE, TWO]);
    assert.deepEqual([...open], [ONE], 'one that is failing may have a pod yet');
    assert.deepEqual(jobsIn({}), { all: new Set(), open: new Set() });
  });

  test('of a pod it is known whether its carrier is there, or why not, in one line', () => {
    const pod = (status: object) =>
      podsIn({ items: [{ metadata: { name: 'a-1', labels: { 'signalbox/marker': ONE } }, status }] })[0];
    const state = (phase: string, state: object) =>
      pod({ phase, containerStatuses: [{ name: 'carry', state }] });
    assert.equal(state('Running', { running: {} })?.isRunning, true);
    assert.equal(state('Running', { terminated: {} })?.isRunning, false);
    assert.equal(state('Pending', { waiting: { reason: 'ContainerCreating' } })?.trouble, null);
    const waiting = { waiting: { reason: 'ImagePullBackOff', message: 'x\nnot \u001b[1mfound' } };
    assert.equal(state('Pending', waiting)?.trouble, 'ImagePullBackOff: not  [1mfound');
    assert.equal(state('Failed', { terminated: { reason: 'OOMKilled', message: '' } })?.trouble, 'OOMKilled');
    assert.equal(pod({ phase: 'Failed', reason: 'Evicted', message: 'memory' })?.trouble, 'Evicted: memory');
    const conditions = [{ type: 'PodScheduled', status: 'False', reason: 'Unschedulable', message: 'full' }];
    assert.equal(pod({ phase: 'Pending', conditions })?.trouble, 'Unschedulable: full');
    const odd = podsIn({ items: [{ metadata: { name: '../x', labels: { 'signalbox/marker': ONE } } }] });
    assert.deepEqual(odd, []);
  });
});

describe('the API of Kubernetes, as the stand-in answers it', () => {
  const far = new KubernetesStandIn();
  const earlier = process.env.KUBECONFIG;
  const definition = parse(CLUSTER);
  const end = new AbortController();
  const open = (where: { context?: string } = {}) =>
    new KubernetesApi({ context: where.context ?? null, namespace: null }, end.signal);
  after(() => {
    if (earlier === undefined) delete process.env.KUBECONFIG;
    else process.env.KUBECONFIG = earlier;
    end.abort();
    far.close();
  });

  test('makes a job of a run once: a second one is refused, and so is a context that is not there', async () => {
    far.isFull = true;
    await far.open();
    process.env.KUBECONFIG = far.kubeconfig;
    const api = open();
    const job = jobOf(definition, ONE, OWNER);
    await api.createJob(job);
    const again = await api.createJob(job).catch((error: unknown) => error);
    assert.ok(again instanceof ApiRefusal);
    assert.deepEqual([again.status, again.isFinal], [409, false]);
    assert.deepEqual(far.jobs(), [`sb-${ONE}`]);
    assert.deepEqual([...jobsIn(await api.jobs(selectorOf(OWNER))).open], [ONE]);
    assert.deepEqual([...jobsIn(await api.jobs(selectorOf('another'))).all], []);
    assert.equal(podsIn(await api.pods(selectorOf(OWNER)))[0]?.marker, ONE);
    assert.throws(() => open({ context: 'moon' }), /there is no context "moon"/);
  });

  test('a job is deleted with its pods; one that is not there is deleted', async () => {
    const api = open();
    await api.deleteJob(jobName(ONE));
    await api.deleteJob(jobName(ONE));
    assert.deepEqual([...jobsIn(await api.jobs(selectorOf(OWNER))).all], []);
  });

  test('what the server says is said, and what it does not answer is no answer', async () => {
    const api = open();
    far.refuse = { status: 403, message: 'jobs is forbidden', times: 1 };
    const refused = await api.createJob(jobOf(definition, TWO, OWNER)).catch((error: unknown) => error);
    assert.ok(refused instanceof ApiRefusal && refused.isFinal);
    assert.equal(refused.message, 'jobs is forbidden');
    far.loseAnswers = 1;
    const lost = await api.createJob(jobOf(definition, TWO, OWNER)).catch((error: unknown) => error);
    assert.ok(lost instanceof Error && !(lost instanceof ApiRefusal));
    assert.deepEqual(far.jobs(), [`sb-${TWO}`], 'it was done all the same');
    await far.away();
    await assert.rejects(api.jobs(selectorOf(OWNER)), /ECONNREFUSED/);
  });
});
