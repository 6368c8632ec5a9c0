/** A whole daemon for a story: real processes, a real database, a port and folders of its own. */
import { type ChildProcess, type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable, Writable } from 'node:stream';
import { type StatePaths, stateHome, statePathsOf } from '../shared/state-paths.ts';
import { until } from './until.ts';

export const PROGRAM = join(import.meta.dirname, '..', '..', 'dist', 'signalbox.js');

export interface Finished {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A command of the terminal that is still running. */
export interface Running {
  readonly child: ChildProcess;
  readonly stdout: () => string;
  readonly stderr: () => string;
  readonly finished: Promise<Finished>;
}

/** What a child prints, so far and at its end. */
export function whatPrints(child: ChildProcessByStdio<Writable | null, Readable, Readable>) {
  const texts = { stdout: '', stderr: '' };
  child.stdout.setEncoding('utf8').on('data', (part: string) => {
    texts.stdout += part;
  });
  child.stderr.setEncoding('utf8').on('data', (part: string) => {
    texts.stderr += part;
  });
  const finished = once(child, 'close').then(
    ([code]): Finished => ({ code: code as number | null, ...texts }),
  );
  return { texts, finished };
}

export class DaemonFixture {
  readonly folder: string;
  readonly project: string;
  readonly paths: StatePaths;
  readonly env: NodeJS.ProcessEnv;
  #daemon: Running | null = null;
  readonly #running = new Set<Running>();

  /** Whether nobody signs in. */
  readonly #isOpen: boolean;

  private constructor(env: NodeJS.ProcessEnv, isOpen: boolean, name: string) {
    this.#isOpen = isOpen;
    this.folder = realpathSync(mkdtempSync(join(tmpdir(), 'sb-')));
    this.project = join(this.folder, name);
    mkdirSync(this.project);
    const own = { XDG_STATE_HOME: join(this.folder, 'state'), XDG_CONFIG_HOME: join(this.folder, 'config') };
    this.env = { ...outside(process.env), ...own, NO_COLOR: '1', ...env };
    this.paths = statePathsOf(stateHome(this.env, this.folder), this.project);
  }

  /** An empty project of that name, with no daemon yet. Nobody signs in, unless it is `guarded`. */
  static make(env: NodeJS.ProcessEnv = {}, { guarded = false, name = 'project' } = {}): DaemonFixture {
    return new DaemonFixture(env, !guarded, name);
  }

  /** A project with a daemon on a port of its own; the flags are those of `signalbox start`. */
  static async open(...flags: string[]): Promise<DaemonFixture> {
    const house = DaemonFixture.make();
    await house.start('--port', '0', ...flags);
    return house;
  }

  /** Starts the daemon, on the port of the last time unless told otherwise, and waits until it answers. */
  async start(...flags: string[]): Promise<void> {
    const daemon = this.run('start', '--foreground', ...(this.#isOpen ? ['--no-auth'] : []), ...flags);
    this.#daemon = daemon;
    await until(`a daemon for ${this.project}`, async () => {
      if (daemon.child.exitCode !== null) throw new Error(`the daemon ended: ${daemon.stderr()}`);
      return this.holder()?.pid === daemon.child.pid && (await fetch(this.address)).status < 500;
    });
  }

  holder(): { pid: number; address: string } | null {
    try {
      return JSON.parse(readFileSync(this.paths.holder, 'utf8')) as { pid: number; address: string };
    } catch {
      return null;
    }
  }

  get address(): string {
    return this.holder()?.address ?? '';
  }

  get daemonOutput(): string {
    return `${this.#daemon?.stdout()}${this.#daemon?.stderr()}`;
  }

  /** The daemon ends by itself. */
  async ended(): Promise<Finished | undefined> {
    const finished = await this.#daemon?.finished;
    this.#daemon = null;
    return finished;
  }

  /** Ends the daemon by a signal, and waits until it is gone. */
  async end(signal: 'SIGKILL' | 'SIGTERM'): Promise<Finished | undefined> {
    const daemon = this.#daemon;
    daemon?.child.kill(signal);
    this.#daemon = null;
    return daemon?.finished;
  }

  /** A command of the terminal, in the project's folder. */
  run(...args: string[]): Running {
    return this.#spawn(this.env, args);
  }

  #spawn(env: NodeJS.ProcessEnv, args: readonly string[]): Running {
    const child = spawn(process.execPath, [PROGRAM, ...args], { cwd: this.project, env });
    const { texts, finished } = whatPrints(child);
    const running = { child, stdout: () => texts.stdout, stderr: () => texts.stderr, finished };
    this.#running.add(running);
    void finished.then(() => this.#running.delete(running));
    return running;
  }

  /** The same, to its end. */
  signalbox(...args: string[]): Promise<Finished> {
    return this.run(...args).finished;
  }

  /** The same, with another environment. */
  signalboxWith(env: NodeJS.ProcessEnv, ...args: string[]): Promise<Finished> {
    return this.#spawn(env, args).finished;
  }

  /** What the command printed. Throws where it failed. */
  async ok(...args: string[]): Promise<string> {
    const { code, stdout, stderr } = await this.signalbox(...args);
    if (code !== 0)
      throw new Error(`signalbox ${args.join(' ').slice(0, 200)} ended with ${code}: ${stderr}`);
    return stdout;
  }

  /** The same, with its JSON. Throws where the command failed. */
  async json<T>(...args: string[]): Promise<T> {
    return JSON.parse(await this.ok(...args, '--json')) as T;
  }

  /** Adds a unit that runs one command line. */
  async add(chunk: string, command: string, ...flags: string[]): Promise<void> {
    await this.ok('add', chunk, '--command', command, ...flags);
  }

  /** Asks the daemon itself where it asks for no sign-in: what is looked at again and again is no process each time. */
  async statusOf(chunk: string): Promise<string> {
    if (!this.#isOpen || !this.#daemon) return (await this.json<{ status: string }>('show', chunk)).status;
    const headers = { accept: 'application/json' };
    const response = await fetch(`${this.address}work-units/${encodeURIComponent(chunk)}`, { headers });
    if (!response.ok) throw new Error(`${chunk}: ${response.status} ${await response.text()}`);
    return ((await response.json()) as { status: string }).status;
  }

  async untilStatus(chunk: string, status: string): Promise<void> {
    await until(`${chunk} to be ${status}`, async () => (await this.statusOf(chunk)) === status);
  }

  /** Ends everything that was started here, and removes every file. */
  async close(): Promise<void> {
    for (const { child } of this.#running) child.kill('SIGKILL');
    await Promise.all([...this.#running].map(({ finished }) => finished));
    const detached = this.holder()?.pid;
    if (detached !== undefined) killQuietly(detached);
    this.killProcesses();
    await until('the processes of the story to end', () => this.processes().length === 0);
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** Kills the runs and what they left; some may end by themselves between the look and the signal. */
  killProcesses(): void {
    for (const pid of this.processes()) killQuietly(pid);
  }

  /** Whoever lives with this house's socket in the environment: the runs and what they left. */
  processes(): number[] {
    return this.processesWith(`SIGNALBOX_SOCKET=${this.paths.socket}`);
  }

  /** Whoever lives with this in the environment. */
  processesWith(variable: string): number[] {
    if (process.platform !== 'linux') return [];
    return readdirSync('/proc')
      .filter((name) => /^\d+$/.test(name))
      .filter((pid) => readQuietly(`/proc/${pid}/environ`).includes(variable))
      .map(Number);
  }
}

/** Nothing of a Signalbox around the tests has a say in them. */
const outside = (env: NodeJS.ProcessEnv): NodeJS.ProcessEnv =>
  Object.fromEntries(Object.entries(env).filter(([name]) => !name.startsWith('SIGNALBOX_')));

function readQuietly(path: string): string {
  try {
    return readFileSync(path, 'latin1');
  } catch {
    return '';
  }
}

/** Ends a process that may have ended by itself. */
export function killQuietly(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // it has ended by itself
  }
}
