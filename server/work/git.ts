/**
 * The only file that starts git. A repository may be hostile: its configuration names programs (hooks, filters,
 * monitors, merge drivers, signers), and none of them may run. What the operator has set for all repositories holds.
 */
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { asOperator } from '../system/operators-umask.ts';
import { lookUp } from '../system/processes.ts';
import { type Captured, captureInFiles, captureInPipes } from './git-output.ts';
import { asEnvironment, type ConfigPairs, neutralSettings } from './neutral-drivers.ts';
import { WorkRefused } from './refused.ts';

export interface GitPlace {
  readonly cwd: string;
  /**
   * The repository, where it must not be searched from `cwd`: an agent can write the file `.git` of its worktree,
   * and so lead to a repository of its own making.
   */
  readonly gitDir?: string;
  /** Runs the filters and merge drivers of the repository, and lets git fetch what a partial clone lacks. */
  readonly trusted?: boolean;
}

export interface GitOptions {
  /** Ours, on top of what every call gets. */
  readonly env?: Readonly<Record<string, string>>;
  readonly config?: readonly string[];
  /** ConfigPairs whose key may hold "=", as the name of a branch does. */
  readonly settings?: ConfigPairs;
  readonly stdin?: string | Buffer;
  /** Of stdout; git is stopped when it says more. */
  readonly bytes?: number;
  readonly ms?: number;
  /** Paths are names, not patterns. */
  readonly literal?: boolean;
  /** Each line of stderr as it comes, also those that overwrite one another. */
  readonly onProgress?: (line: string) => void;
  /** Output goes to files, so that git finishes even where this process is killed: a broken pipe would end it. */
  readonly outlives?: boolean;
}

export interface GitResult {
  readonly code: number;
  readonly stdout: Buffer;
  readonly stderr: string;
  /** There was more than `bytes`: git was stopped, and `code` says nothing. */
  readonly cut: boolean;
}

/** Behind the subcommand of everything that shows a difference. */
export const SAFE_DIFF = ['--no-ext-diff', '--no-textconv', '--no-color', '--ignore-submodules=dirty'];

const SETTINGS = [
  'core.fsmonitor=false',
  'core.hooksPath=/dev/null',
  'gc.auto=0',
  'maintenance.auto=false',
  'commit.gpgSign=false',
  'log.showSignature=false',
  'merge.verifySignatures=false',
  'submodule.recurse=false',
  'color.ui=false',
].flatMap((setting) => ['-c', setting]);

const BYTES = 64 * 1024 * 1024;
const MS = 60_000;

/**
 * Git in one folder, for one operation: the drivers to neutralise are read once, so do not keep it for the next.
 * Whoever changes the configuration in between can start programs as this user anyway; a sandboxed agent cannot
 * write there.
 */
export class Git {
  readonly #place: GitPlace;
  #drivers: Promise<ConfigPairs> | undefined;

  constructor(place: GitPlace) {
    this.#place = place;
  }

  /** Any exit code is a result. Throws `WorkRefused` where git cannot be run or does not end. */
  async run(args: readonly string[], options: GitOptions = {}): Promise<GitResult> {
    this.#drivers ??= this.#place.trusted ? Promise.resolve([]) : this.#neutralised();
    return this.#start(args, options, await this.#drivers);
  }

  /** Throws `WorkRefused` unless it exits with 0 and says no more than it may. */
  async succeed(args: readonly string[], options: GitOptions = {}): Promise<GitResult> {
    const result = await this.run(args, options);
    const command = args[0] ?? '';
    if (result.cut) throw new WorkRefused({ code: 'git-output', command, bytes: options.bytes ?? BYTES });
    if (result.code === 0) return result;
    throw new WorkRefused({ code: 'git-failed', command, exit: result.code, words: result.stderr.trim() });
  }

  /** What it says on success, without the last line break. */
  async text(args: readonly string[], options: GitOptions = {}): Promise<string> {
    return (await this.succeed(args, options)).stdout.toString().replace(/\n$/, '');
  }

  /** The names that it says on success, where each ends with NUL. */
  async names(args: readonly string[], options: GitOptions = {}): Promise<string[]> {
    return namesIn((await this.succeed(args, options)).stdout);
  }

  async #neutralised(): Promise<ConfigPairs> {
    const args = ['config', '-z', '--show-scope', '--get-regexp', '^(filter|merge)\\.'];
    const { code, stdout, stderr } = await this.#start(args, {}, []);
    if (code > 1) throw new WorkRefused({ code: 'git-failed', command: 'config', exit: code, words: stderr });
    return neutralSettings(namesIn(stdout));
  }

  #start(args: readonly string[], options: GitOptions, drivers: ConfigPairs) {
    const { cwd, gitDir, trusted } = this.#place;
    const place = gitDir === undefined ? {} : { GIT_DIR: gitDir, GIT_WORK_TREE: cwd };
    const settings = asEnvironment([...drivers, ...(options.settings ?? [])]);
    const env = { ...environment(), ...(trusted ? {} : NO_NETWORK), ...place, ...settings, ...options.env };
    return start({ cwd, args: wholeArguments(args, options), env }, options);
  }
}

const namesIn = (output: Buffer): string[] =>
  output
    .toString()
    .split('\0')
    .filter((name) => name !== '');

function wholeArguments(args: readonly string[], { literal, config = [] }: GitOptions): string[] {
  const more = config.flatMap((setting) => ['-c', setting]);
  // The mark stands among the arguments, too: macOS may show no more of a program of its own.
  const mark = ['-c', `signalbox.startedBy=${starterMark()}`];
  return ['--no-pager', ...(literal ? ['--literal-pathspecs'] : []), ...mark, ...SETTINGS, ...more, ...args];
}

/** A partial clone fetches what it lacks by a program that its configuration may name. */
const NO_NETWORK = { GIT_NO_LAZY_FETCH: '1', GIT_ALLOW_PROTOCOL: '' };

/** `GIT_DIR` and its like would lead to another repository. */
function environment(): NodeJS.ProcessEnv {
  const inherited = Object.entries(process.env).filter(([name]) => !name.startsWith('GIT_'));
  return {
    ...Object.fromEntries(inherited),
    GIT_OPTIONAL_LOCKS: '0',
    GIT_TERMINAL_PROMPT: '0',
    GIT_LFS_SKIP_SMUDGE: '1',
    LC_ALL: 'C',
    [STARTED_BY]: starterMark().slice(STARTED_BY.length + 1),
  };
}

/** Shows later whose git it was: it may outlive the daemon that started it. */
const STARTED_BY = 'SIGNALBOX_GIT_OF';
let ownMark: string | undefined;

/** This process, in a form that stands in the environment and the arguments of each git that it starts. */
export function starterMark(): string {
  ownMark ??= `${STARTED_BY}=${process.pid}/${lookUp(process.pid)?.started ?? ''}/`;
  return ownMark;
}

interface Start {
  readonly cwd: string;
  readonly args: readonly string[];
  readonly env: NodeJS.ProcessEnv;
}

function start({ cwd, args, env }: Start, options: GitOptions): Promise<GitResult> {
  const { stdin, bytes = BYTES, ms = MS, outlives = false } = options;
  const command = args.find((arg, at) => !arg.startsWith('-') && args[at - 1] !== '-c') ?? '';
  if (!existsSync(cwd)) throw new WorkRefused({ code: 'no-folder', folder: cwd });
  const output = outlives ? captureInFiles() : captureInPipes(bytes, options.onProgress);
  const input = stdin === undefined ? 'ignore' : 'pipe';
  const child = asOperator(() =>
    spawn('git', args, { cwd, env, detached: true, stdio: [input, ...output.stdio] }),
  );
  child.stdin?.on('error', () => {}).end(stdin);
  const group = new StoppableGroup(child.pid, ms);
  output.read(child, () => group.stop());
  return new Promise((resolve, reject) => {
    child.once('error', (error: NodeJS.ErrnoException) =>
      reject(error.code === 'ENOENT' ? new WorkRefused({ code: 'git-missing' }) : error),
    );
    child.once('close', (code, signal) => {
      group.hasEnded();
      const captured = output.close();
      if (group.isLate) reject(new WorkRefused({ code: 'git-timeout', command, ms }));
      else if (code === null && !captured.cut)
        reject(new WorkRefused({ code: 'git-killed', command, signal: signal ?? '' }));
      else resolve(resultOf(code ?? -1, captured));
    });
  });
}

const resultOf = (code: number, { stdout, stderr, cut }: Captured): GitResult => ({
  code,
  stdout,
  stderr: stderr.toString(),
  cut,
});

const PATIENCE_MS = 3000;

/** Git and what it starts. At a TERM git removes its lock files; at a KILL it leaves them. */
class StoppableGroup {
  readonly #pid: number | undefined;
  readonly #limit: NodeJS.Timeout;
  #harder: NodeJS.Timeout | undefined;
  isLate = false;

  constructor(pid: number | undefined, ms: number) {
    this.#pid = pid;
    this.#limit = setTimeout(() => {
      this.isLate = true;
      this.stop();
    }, ms);
  }

  stop(): void {
    this.#signal('SIGTERM');
    this.#harder ??= setTimeout(() => this.#signal('SIGKILL'), PATIENCE_MS);
  }

  hasEnded(): void {
    clearTimeout(this.#limit);
    clearTimeout(this.#harder);
  }

  #signal(name: NodeJS.Signals): void {
    try {
      if (this.#pid !== undefined) process.kill(-this.#pid, name);
    } catch {
      // it has ended
    }
  }
}
