/**
 * In the place of a cluster of Kubernetes: a server that answers the few calls of its API, keeps jobs and pods in memory, and
 * starts the carrier of a job as a process on this machine. It can be away, slow, and lose answers to what it has done.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import {
  createServer as createHttp,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from 'node:http';
import { createServer as createHttps } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { setTimeout as delay } from 'node:timers/promises';
import { WebSocketServer } from 'ws';
import { FarFolder } from '../runs/far-machine.ts';
import { type PodSpec, StandInPod } from './kubernetes-pods.ts';

const TOKEN = 'token-of-the-kubeconfig';
const NAMESPACE = 'agents';
const JOBS = `/apis/batch/v1/namespaces/${NAMESPACE}/jobs`;
const PODS = `/api/v1/namespaces/${NAMESPACE}/pods`;
const hasOpenssl = spawnSync('openssl', ['version']).status === 0;

interface Job {
  readonly metadata: { readonly name: string; readonly labels: Readonly<Record<string, string>> };
  readonly spec: {
    readonly template: {
      readonly metadata: { readonly labels: Readonly<Record<string, string>> };
      readonly spec: PodSpec;
    };
  };
  readonly pod: StandInPod;
  deleted: boolean;
}

interface Answer {
  readonly status: number;
  readonly body: object;
}
const refusal = (status: number, message: string): Answer => ({
  status,
  body: { kind: 'Status', status: 'Failure', code: status, message },
});

export class KubernetesStandIn extends FarFolder {
  readonly kubeconfig = join(this.folder, 'kubeconfig');
  readonly #pods = join(this.folder, 'p');
  readonly #jobs = new Map<string, Job>();
  readonly #sockets = new Set<Socket>();
  readonly #exec = new WebSocketServer({ noServer: true });
  #server: Server | null = null;
  #port = 0;
  #made = 0;
  /** All that was asked: method, address and body. */
  readonly asked: string[] = [];
  /** No node has room. */
  isFull = false;
  /** How many more deletions fail. */
  failDeletions = 0;
  /** How many more answers to what was done are lost. */
  loseAnswers = 0;
  /** How many more creations are refused, and how. */
  refuse: { status: number; message: string; times: number } | null = null;
  /** Milliseconds before an answer. */
  slowness = 0;
  mayExec = true;

  constructor() {
    super();
    mkdirSync(this.#pods);
  }

  get variablesHere(): NodeJS.ProcessEnv {
    return { KUBECONFIG: this.kubeconfig };
  }

  async open(): Promise<void> {
    if (hasOpenssl) makeCertificate(this.folder);
    await this.back();
    const scheme = hasOpenssl ? 'https' : 'http';
    const trust = hasOpenssl
      ? `certificate-authority-data: ${readFileSync(join(this.folder, 'cert')).toString('base64')}`
      : 'insecure-skip-tls-verify: true';
    writeFileSync(
      this.kubeconfig,
      `apiVersion: v1
kind: Config
current-context: stand-in
clusters:
- name: stand-in
  cluster: { server: "${scheme}://127.0.0.1:${this.#port}", ${trust} }
users:
- name: me
  user: { token: ${TOKEN} }
contexts:
- name: stand-in
  context: { cluster: stand-in, user: me, namespace: ${NAMESPACE} }
`,
      { mode: 0o600 },
    );
  }

  /** It answers nobody any more; what it has begun goes on. */
  async away(): Promise<void> {
    const server = this.#server;
    this.#server = null;
    for (const socket of this.#sockets) socket.destroy();
    await new Promise((resolve) => server?.close(resolve));
  }

  async back(): Promise<void> {
    const handle = (call: IncomingMessage, answer: ServerResponse) => void this.#handle(call, answer);
    const files = { key: 'key', cert: 'cert' } as const;
    const read = (name: string) => readFileSync(join(this.folder, name));
    const server = hasOpenssl
      ? createHttps({ key: read(files.key), cert: read(files.cert) }, handle)
      : createHttp(handle);
    server.on('connection', (socket: Socket) => this.#keep(socket));
    server.on('secureConnection', (socket: Socket) => this.#keep(socket));
    server.on('upgrade', (call, socket: Socket, head) => {
      const refused = this.#whyNotExec(call);
      if (refused !== null) {
        const body = JSON.stringify(refused.body);
        socket.end(`HTTP/1.1 ${refused.status} No\r\ncontent-length: ${body.length}\r\n\r\n${body}`);
        return;
      }
      this.#exec.handleUpgrade(call, socket, head, (opened) => {
        const { pod, query } = this.#execIn(call);
        pod?.exec(query.getAll('command'), opened);
      });
    });
    await new Promise<void>((resolve) => server.listen(this.#port, '127.0.0.1', resolve));
    this.#port = (server.address() as AddressInfo).port;
    this.#server = server;
  }

  /** Cuts what it carries between daemons and pods; new connections are taken. */
  cut(): void {
    for (const socket of this.#sockets) socket.destroy();
  }

  #keep(socket: Socket): void {
    this.#sockets.add(socket);
    socket.on('error', () => {}).on('close', () => this.#sockets.delete(socket));
  }

  async #handle(call: IncomingMessage, answer: ServerResponse): Promise<void> {
    const sent = await text(call).catch(() => '');
    this.asked.push(`${call.method} ${call.url} ${sent}`);
    if (this.slowness > 0) await delay(this.slowness);
    const { status, body } = this.#answer(call, sent);
    const isDone = call.method !== 'GET' && status < 300;
    if (isDone && this.loseAnswers > 0) {
      this.loseAnswers--;
      call.socket.destroy();
      return;
    }
    answer.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  }

  #answer(call: IncomingMessage, sent: string): Answer {
    if (call.headers.authorization !== `Bearer ${TOKEN}`) return refusal(401, 'Unauthorized');
    const { pathname, searchParams } = new URL(call.url ?? '', 'http://x');
    const selector = searchParams.get('labelSelector') ?? '';
    const isOurs = ({ metadata }: Job) =>
      selector.split(',').every((each) => {
        const [name = '', value] = each.split('=');
        return name === '' || metadata.labels[name] === value;
      });
    const jobs = [...this.#jobs.values()].filter(isOurs);
    if (pathname === PODS) return { status: 200, body: { items: jobs.map(({ pod }) => pod.json()) } };
    if (pathname === JOBS && call.method === 'GET')
      return { status: 200, body: { items: jobs.map(jobJson) } };
    if (pathname === JOBS) return this.#create(JSON.parse(sent) as Job);
    const name = pathname.startsWith(`${JOBS}/`) ? pathname.slice(JOBS.length + 1) : '';
    if (call.method === 'DELETE' && name !== '') return this.#delete(name, searchParams);
    return refusal(404, 'the server could not find the requested resource');
  }

  #create({ metadata, spec }: Job): Answer {
    if (this.refuse && this.refuse.times > 0) {
      this.refuse.times--;
      return refusal(this.refuse.status, this.refuse.message);
    }
    const { name } = metadata;
    if (this.#jobs.has(name)) return refusal(409, `jobs.batch "${name}" already exists`);
    const { labels } = spec.template.metadata;
    const env = { HOME: this.folder, ...this.variables };
    const parts = { above: this.#pods, env, ended: () => {} };
    const pod = new StandInPod(
      `${name}-${String(++this.#made).padStart(8, '0')}`,
      labels,
      spec.template.spec,
      parts,
    );
    this.#jobs.set(name, { metadata, spec, pod, deleted: false });
    if (this.isFull) pod.reason = { reason: 'Unschedulable', message: '0/1 nodes are available.' };
    else pod.start();
    return { status: 201, body: { metadata } };
  }

  #delete(name: string, query: URLSearchParams): Answer {
    if (this.failDeletions > 0) {
      this.failDeletions--;
      return refusal(500, 'etcdserver: request timed out');
    }
    const job = this.#jobs.get(name);
    if (!job) return refusal(404, `jobs.batch "${name}" not found`);
    if (query.get('propagationPolicy') !== 'Foreground') return refusal(400, 'its pods would be left');
    job.deleted = true;
    void job.pod.end().then(() => {
      if (job.pod.isLost) return;
      job.pod.remove();
      this.#jobs.delete(name);
    });
    return { status: 200, body: {} };
  }

  #execIn(call: IncomingMessage): { pod: StandInPod | undefined; query: URLSearchParams } {
    const { pathname, searchParams } = new URL(call.url ?? '', 'http://x');
    const name = /\/pods\/([^/]+)\/exec$/.exec(pathname)?.[1];
    return { pod: this.pods().find((pod) => pod.name === name), query: searchParams };
  }

  #whyNotExec(call: IncomingMessage): Answer | null {
    this.asked.push(`${call.method} ${call.url}`);
    if (call.headers.authorization !== `Bearer ${TOKEN}`) return refusal(401, 'Unauthorized');
    if (!this.mayExec) return refusal(403, 'pods is forbidden: cannot create resource "pods/exec"');
    const { pod } = this.#execIn(call);
    if (pod?.phase !== 'Running') return refusal(404, 'container not found');
    return pod.isLost ? refusal(500, 'error dialing backend: no route to host') : null;
  }

  /** There is room again. */
  place(): void {
    this.isFull = false;
    for (const pod of this.pods()) pod.start();
  }

  pods = (): StandInPod[] => [...this.#jobs.values()].map(({ pod }) => pod);
  jobs = (): string[] => [...this.#jobs.keys()];

  /** Jobs of pods that have not ended. */
  openJobs = (): string[] =>
    [...this.#jobs.values()].filter(({ pod }) => !pod.isOver).map(({ metadata }) => metadata.name);

  /** An administrator has said that a lost node will not come back. */
  forgetNode(): void {
    for (const { pod, metadata } of this.#jobs.values()) {
      if (!pod.isLost) continue;
      pod.remove();
      this.#jobs.delete(metadata.name);
    }
  }

  /** Somebody else has it deleted. */
  deleteJob(name: string): void {
    this.#delete(name, new URLSearchParams({ propagationPolicy: 'Foreground' }));
  }

  override files(): string[] {
    if (!existsSync(this.#pods)) return [];
    return readdirSync(this.#pods, { recursive: true, encoding: 'utf8' })
      .filter((name) => /\/[0-9a-f]{32}-\d+$/.test(name))
      .map((name) => join(this.#pods, name));
  }

  override close(): void {
    void this.away();
    for (const pod of this.pods()) pod.remove();
    super.close();
  }
}

function jobJson({ metadata, pod, deleted }: Job): object {
  const type = pod.phase === 'Succeeded' ? 'Complete' : 'Failed';
  return {
    metadata: { ...metadata, ...(deleted && { deletionTimestamp: new Date().toISOString() }) },
    status: pod.isOver ? { conditions: [{ type, status: 'True' }] } : { active: 1 },
  };
}

function makeCertificate(folder: string): void {
  const key = join(folder, 'key');
  const made = ['-newkey', 'rsa:2048', '-nodes', '-days', '2', '-subj', '/CN=127.0.0.1'];
  const names = ['-addext', 'subjectAltName=IP:127.0.0.1', '-keyout', key, '-out', join(folder, 'cert')];
  execFileSync('openssl', ['req', '-x509', ...made, ...names], { stdio: 'ignore' });
}
