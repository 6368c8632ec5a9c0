/** A daemon for a trial, with a project and a state folder of its own: nothing of the operator's is touched. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { AGENTS_FILE, stateHome, statePathsOf } from '../../../shared/state-paths.ts';
import { type Daemon, overHttp } from '../../daemon/daemon-client.ts';
import { loadOffline } from '../context/load-offline.ts';
import { ProgramError } from '../output/program-error.ts';

const PATIENCE_MS = 20_000;
const LOOK_MS = 50;
/** Twice what a process that ignores signals is given. */
const CLOSE_MS = 25_000;

export interface Furnished {
  /** Of the daemon; its runs get what every run gets of it, and what their agents name. */
  readonly env: NodeJS.ProcessEnv;
  /** As `signalbox.json` has them, trusted. */
  readonly agents?: Readonly<Record<string, object>>;
}

export class TemporaryDaemon {
  readonly folder: string;
  readonly project: string;
  readonly calls: Daemon;
  readonly #child: ChildProcess;
  #said = '';

  private constructor(folder: string, env: NodeJS.ProcessEnv) {
    this.folder = folder;
    this.project = join(folder, 'p');
    const { socket } = statePathsOf(stateHome({ XDG_STATE_HOME: folder }, folder), this.project);
    this.calls = overHttp(socket);
    const program = fileURLToPath(new URL('./signalbox.js', import.meta.url));
    const args = [program, '--project', this.project, 'start', '--foreground', '--port', '0'];
    this.#child = spawn(process.execPath, args, {
      cwd: this.project,
      env: { ...outsideOfRuns(env), XDG_STATE_HOME: folder },
      stdio: ['ignore', 'ignore', 'pipe'],
      // Ctrl-C reaches us alone: the daemon would stop, and leave its runs at work.
      detached: true,
    });
    this.#child.on('error', () => {});
    this.#child.stderr?.on('data', (part: Buffer) => {
      this.#said = (this.#said + part.toString()).slice(-2000);
    });
  }

  /**
   * `furnish` is given the folder of the trial, which is removed with it. Throws an error with what the daemon has said
   * where it does not answer in time.
   */
  static async open(furnish: (folder: string) => Furnished): Promise<TemporaryDaemon> {
    const folder = realpathSync(mkdtempSync(join(tmpdir(), 'sb-')));
    let daemon: TemporaryDaemon;
    try {
      const project = join(folder, 'p');
      mkdirSync(project);
      const { env, agents } = furnish(folder);
      if (agents) await trust(folder, project, agents);
      daemon = new TemporaryDaemon(folder, env);
    } catch (error) {
      rmSync(folder, { recursive: true, force: true });
      throw error;
    }
    try {
      await step('A daemon of its own did not start.', daemon.asked, async () => {
        return (await daemon.calls.status.query()).pid === daemon.#child.pid;
      });
      return daemon;
    } catch (error) {
      await daemon.close();
      throw error;
    }
  }

  /** Whether it lives, and what it has complained of. */
  readonly asked: TriedDaemon = { isThere: () => this.#lives(), said: () => this.#said.trim() };

  readonly #lives = (): boolean => this.#child.exitCode === null && this.#child.signalCode === null;

  /** Ends its runs, itself, and everything that it wrote. Never throws. */
  async close(): Promise<void> {
    try {
      if (this.#lives()) await Promise.race([this.#endRuns(), pause(CLOSE_MS, null, { ref: false })]);
      if (this.#lives()) await this.#end();
    } finally {
      rmSync(this.folder, { recursive: true, force: true, maxRetries: 5 });
    }
  }

  async #endRuns(): Promise<void> {
    const { rows } = await this.calls.board.now.query({}).catch(() => ({ rows: [] }));
    const chunks = rows.flatMap((row) => (row.row === 'unit' ? [row.chunk] : []));
    const end = (chunk: string) => this.calls.units.remove.mutate({ chunk, kill: true, unlink: true });
    await Promise.all(chunks.map((chunk) => end(chunk).catch(() => {})));
    // A removal that waits for a kill takes effect when nobody of the run is left.
    await pollUntilGone(async () => (await this.calls.status.query()).units.RUNNING === 0);
  }

  async #end(): Promise<void> {
    const ended = once(this.#child, 'exit');
    this.#child.kill('SIGTERM');
    const timer = setTimeout(() => this.#child.kill('SIGKILL'), PATIENCE_MS);
    await ended;
    clearTimeout(timer);
  }
}

async function trust(
  folder: string,
  project: string,
  agents: Readonly<Record<string, object>>,
): Promise<void> {
  writeFileSync(join(project, AGENTS_FILE), JSON.stringify({ agents }));
  const paths = statePathsOf(stateHome({ XDG_STATE_HOME: folder }, folder), project);
  const offline = await loadOffline();
  offline.trust(paths, offline.lookAtAgents(paths));
}

async function pollUntilGone(isGone: () => Promise<boolean>): Promise<void> {
  const deadline = performance.now() + CLOSE_MS;
  while (performance.now() < deadline && !(await isGone().catch(() => true))) await pause(LOOK_MS);
}

/** Inside a run, its commands would reach the daemon of that run. */
const outsideOfRuns = (env: NodeJS.ProcessEnv): NodeJS.ProcessEnv =>
  Object.fromEntries(Object.entries(env).filter(([name]) => !name.startsWith('SIGNALBOX_')));

/** The daemon under test: whether it still runs, and its stderr. */
export interface TriedDaemon {
  readonly isThere: () => boolean;
  readonly said: () => string;
}
export const ALWAYS: TriedDaemon = { isThere: () => true, said: () => '' };

/** Polls until a step is done; throws after a timeout, or when the daemon has exited. */
export async function step(
  message: string,
  { isThere, said }: TriedDaemon,
  done: () => Promise<boolean>,
): Promise<void> {
  const deadline = performance.now() + PATIENCE_MS;
  while (performance.now() < deadline && isThere()) {
    if (await done().catch(notYet)) return;
    await pause(LOOK_MS);
  }
  throw new Error([message, said()].filter((part) => part !== '').join(' It says: '));
}

/** A starting daemon refuses connections, so other errors are retried; a ProgramError is final. */
function notYet(error: unknown): false {
  if (error instanceof ProgramError) throw error;
  return false;
}
