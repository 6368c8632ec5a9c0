/** The pods of the stand-in for Kubernetes: each is a process on this machine, in an environment by which its own are known. */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { WebSocket } from 'ws';
import { killQuietly } from '../daemon-fixture.ts';

const GRACE_MS = 2000;
const [STDIN, STDOUT, STDERR, STATUS, CLOSE] = [0, 1, 2, 3, 255];

export interface PodSpec {
  readonly containers: readonly { readonly name: string; readonly command: readonly string[] }[];
}

type Phase = 'Pending' | 'Running' | 'Succeeded' | 'Failed';

export class StandInPod {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly folder: string;
  readonly #spec: PodSpec;
  readonly #env: NodeJS.ProcessEnv;
  readonly #ended: () => void;
  #child: ChildProcess | null = null;
  phase: Phase = 'Pending';
  /** Why it is not placed, or has failed. */
  reason: { readonly reason: string; readonly message: string } | null = null;
  /** Its node does not answer. */
  isLost = false;
  #complaint = '';

  constructor(
    name: string,
    labels: Readonly<Record<string, string>>,
    spec: PodSpec,
    { above, env, ended }: { above: string; env: NodeJS.ProcessEnv; ended: () => void },
  ) {
    this.name = name;
    this.labels = labels;
    this.folder = join(above, name.slice(-8));
    this.#spec = spec;
    this.#env = { ...env, TMPDIR: this.folder };
    this.#ended = ended;
  }

  start(): void {
    if (this.phase !== 'Pending') return;
    mkdirSync(this.folder);
    const [program = '', ...args] = this.#spec.containers[0]?.command ?? [];
    const child = spawn(program, args, { cwd: '/', env: this.#env, stdio: ['ignore', 'ignore', 'pipe'] });
    this.#child = child;
    this.phase = 'Running';
    this.reason = null;
    child.stderr.on('data', (part: Buffer) => {
      this.#complaint = `${this.#complaint}${part}`.slice(-2000);
    });
    child.on('error', () => this.#end('Failed'));
    child.on('exit', (code) => {
      if (!this.isLost) this.#end(code === 0 ? 'Succeeded' : 'Failed');
    });
  }

  #end(phase: Phase): void {
    for (const pid of this.processes()) killQuietly(pid);
    this.phase = phase;
    this.#ended();
  }

  get isOver(): boolean {
    return this.phase === 'Succeeded' || this.phase === 'Failed';
  }

  /** Asks it to end, and ends it after a while. */
  async end(): Promise<void> {
    const child = this.#child;
    if (!child || this.isOver || this.isLost) return;
    const exit = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGTERM');
    const timer = setTimeout(() => this.kill(), GRACE_MS);
    await exit;
    clearTimeout(timer);
  }

  async evict(): Promise<void> {
    await this.end();
    this.phase = 'Failed';
    this.reason = { reason: 'Evicted', message: 'The node was low on resource: memory.' };
  }

  /** All of it, at once. */
  kill(): void {
    for (const pid of this.processes()) killQuietly(pid);
    this.#child?.kill('SIGKILL');
  }

  /** Its node is gone with all that was on it: nobody says so. */
  loseNode(): void {
    this.isLost = true;
    this.kill();
  }

  processes(): number[] {
    return readdirSync('/proc')
      .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
      .filter((pid) => readQuietly(`/proc/${pid}/environ`).includes(`TMPDIR=${this.folder}\0`))
      .map(Number);
  }

  /** Runs a command in it, by the messages that `kubectl exec` exchanges. */
  exec(command: readonly string[], socket: WebSocket): void {
    const [program = '', ...args] = command;
    const child = spawn(program, args, { cwd: '/', env: this.#env });
    const send = (stream: number, part: Buffer) =>
      socket.readyState === WebSocket.OPEN && socket.send(Buffer.concat([Buffer.of(stream), part]));
    child.stdin.on('error', () => {});
    child.stdout.on('data', (part: Buffer) => send(STDOUT, part));
    child.stderr.on('data', (part: Buffer) => send(STDERR, part));
    child.on('error', () => socket.close());
    child.on('close', (code) => {
      const isGood = code === 0;
      const message = `command terminated with exit code ${code}`;
      const status = isGood ? { status: 'Success' } : { status: 'Failure', message };
      send(STATUS, Buffer.from(JSON.stringify({ kind: 'Status', metadata: {}, ...status })));
      socket.close();
    });
    socket.on('message', (data: Buffer) => {
      if (data[0] === STDIN) child.stdin.write(data.subarray(1));
      if (data[0] === CLOSE) child.stdin.end();
    });
    socket.on('close', () => child.stdin.destroy());
    socket.on('error', () => child.stdin.destroy());
  }

  json(): object {
    const running = this.phase === 'Running' ? { running: { startedAt: new Date().toISOString() } } : {};
    const terminated = { reason: this.phase === 'Succeeded' ? 'Completed' : 'Error', exitCode: 1 };
    const state = this.isOver ? { terminated: { ...terminated, message: this.#complaint } } : running;
    const unplaced = { type: 'PodScheduled', status: 'False', ...this.reason };
    return {
      metadata: { name: this.name, labels: this.labels },
      spec: this.#spec,
      status: {
        phase: this.phase,
        ...(this.phase === 'Failed' && this.reason),
        ...(this.phase === 'Pending'
          ? { conditions: [unplaced] }
          : { containerStatuses: [{ name: this.#spec.containers[0]?.name, state }] }),
      },
    };
  }

  remove(): void {
    this.kill();
    rmSync(this.folder, { recursive: true, force: true });
  }
}

const readQuietly = (path: string): string => {
  try {
    return `${readFileSync(path, 'latin1')}\0`;
  } catch {
    return '';
  }
};
