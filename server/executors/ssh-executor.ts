/** Runs on a machine that is reached by ssh: brings it the daemon's socket, and starts a carrier for each run. */
import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { setTimeout as delay } from 'node:timers/promises';
import type { Launch } from '../../shared/carry-words.ts';
import type { SshDefinition } from '../../shared/executor-words.ts';
import { callProgram, lastLineOf } from './call-program.ts';
import type { Executor, ExecutorParts } from './executors.ts';
import { Reach } from './reach.ts';
import { holdCommand, prepareCommand, SAFE_PATH, sharing, sshArguments } from './ssh-command.ts';

const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 30_000;
/** How long a carrier that was started may take to claim its run. */
const CLAIM_MS = 30_000;
/** A socket's path has 107 bytes at most; ssh makes its own first under a longer name. */
const LONGEST_CONTROL = 85;
const LONGEST_FOLDER = 85;

export class SshExecutor implements Executor {
  readonly definition: SshDefinition;
  readonly #parts: ExecutorParts;
  readonly #reach: Reach;
  readonly #control: string | null;
  readonly #stopping = new AbortController();
  /** By marker: until when the carrier may come. */
  readonly #waiting = new Map<string, number>();
  /** The folder of the carriers there; null: it is not reached. */
  #there: string | null = null;

  constructor(definition: SshDefinition, parts: ExecutorParts, changed: () => void) {
    this.definition = definition;
    this.#parts = parts;
    this.#reach = new Reach(definition.name, parts.log, changed, this.#stopping.signal);
    const control = join(parts.folder, `ssh-${definition.name.slice(0, 20)}`);
    this.#control = Buffer.byteLength(control) > LONGEST_CONTROL ? null : control;
    void this.#hold();
  }

  get reach(): Executor['reach'] {
    return this.#reach.now;
  }

  async start({ marker, secret }: Pick<Launch, 'marker' | 'secret'>): Promise<string> {
    const folder = this.#there;
    if (folder === null) throw new Error(`${this.definition.name} is not reached`);
    const { lost_after, program } = this.definition;
    const launch: Launch = { marker, secret, socket: `${folder}/socket`, via: null, folder, lost_after };
    const said = await this.#call(sharing(this.#control, false), `${program} carry --detach`, launch);
    this.#waiting.set(marker, performance.now() + CLAIM_MS);
    return said.trim().slice(0, 100);
  }

  isWaiting(marker: string): boolean {
    const until = this.#waiting.get(marker);
    if (until === undefined) return false;
    if (performance.now() < until) return true;
    this.#waiting.delete(marker);
    return false;
  }

  cancel(marker: string): void {
    this.#waiting.delete(marker);
  }

  stop = (): void => this.#stopping.abort();

  /** Keeps the socket there, over lost connections. */
  async #hold(): Promise<void> {
    const { signal } = this.#stopping;
    for (let pause = FIRST_PAUSE_MS; !signal.aborted; pause = Math.min(LONGEST_PAUSE_MS, pause * 2)) {
      const began = performance.now();
      try {
        await this.#holdOnce();
      } catch (error) {
        this.#reach.lose(error instanceof Error ? error.message : String(error));
      }
      this.#there = null;
      if (performance.now() - began > LONGEST_PAUSE_MS) pause = FIRST_PAUSE_MS;
      await delay(pause, undefined, { signal }).catch(() => {});
    }
  }

  /** Resolves when the connection is lost. Rejects where it cannot be made. */
  async #holdOnce(): Promise<void> {
    const folder = await this.#prepared();
    if (this.#control) rmSync(this.#control, { force: true });
    const name = `s-${randomBytes(6).toString('hex')}`;
    const options = [
      ...sharing(this.#control, true),
      '-o',
      'ExitOnForwardFailure=yes',
      '-R',
      `${folder}/${name}:${this.#parts.socket}`,
    ];
    const child = this.#ssh(options, holdCommand(folder, name));
    const ended = once(child, 'exit').catch(() => {});
    const said = text(child.stderr);
    const isReady = await Promise.race([firstLine(child), ended.then(() => '')]);
    if (isReady !== 'ready') {
      child.kill();
      throw new Error(lastLineOf(await said) || 'ssh ended before it brought the socket');
    }
    this.#there = folder;
    this.#reach.gain();
    await ended;
    child.stdin.destroy();
    this.#reach.lose(lastLineOf(await said) || 'the connection was lost');
  }

  async #prepared(): Promise<string> {
    if (this.#parts.socket.includes(':')) throw new Error('ssh cannot forward a socket whose path has a ":"');
    const own = `${this.#parts.store.epoch.slice(0, 12)}-${this.definition.name}`;
    const folder = (await this.#call(sharing(null, false), prepareCommand(own))).trim();
    if (!SAFE_PATH.test(folder) || folder.length > LONGEST_FOLDER)
      throw new Error(
        `the state folder there ("${folder.slice(0, 100)}") is too long or has unusual characters: set XDG_STATE_HOME there`,
      );
    return folder;
  }

  /** Runs a command there, and returns what it prints. Rejects with what ssh or the command complains of. */
  #call(options: readonly string[], command: string, input: object | null = null): Promise<string> {
    const { signal } = this.#stopping;
    const args = sshArguments(this.definition, options, command);
    return callProgram('ssh', args, { input: input === null ? '' : JSON.stringify(input), signal });
  }

  #ssh(options: readonly string[], command: string): ChildProcessWithoutNullStreams {
    const { signal } = this.#stopping;
    return spawn('ssh', sshArguments(this.definition, options, command), { signal }).on('error', () => {});
  }
}

/** What it prints first; empty: it ended before. */
async function firstLine(child: ChildProcessWithoutNullStreams): Promise<string> {
  let said = '';
  for await (const part of child.stdout) {
    said += String(part);
    if (said.includes('\n')) break;
  }
  return said.split('\n', 1)[0] ?? '';
}
