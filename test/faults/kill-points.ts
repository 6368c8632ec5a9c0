/**
 * Preloaded into a process of ours, names each statement, file operation and spawn as it comes, and ends the process by
 * SIGKILL before or after one of them. Nothing of it is in the product. The plan is a file, read once, when the process starts.
 */
import childProcess, { ChildProcess } from 'node:child_process';
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { basename } from 'node:path';
import Sqlite from 'better-sqlite3';

export type Side = 'before' | 'after';

/** The point, and the how manieth time it comes in the life of the process. */
export interface KillPoint {
  readonly name: string;
  readonly side: Side;
  readonly nth: number;
}

export interface FaultPlan {
  /** A word of the command line: only a process with it is meant. */
  readonly command: string;
  /** Each name that comes is added to this file, in a line of its own. */
  readonly names: string;
  /** Written when the point has come. */
  readonly hit: string;
  /** null: only the names are written down. */
  readonly kill: KillPoint | null;
}

/** Names the file with the plan. */
export const PLAN_VARIABLE = 'FAULT_PLAN';

const { appendFileSync, readFileSync, writeFileSync } = fs;
const SYNCHRONOUS = [
  'openSync',
  'writeFileSync',
  'writeSync',
  'renameSync',
  'mkdirSync',
  'rmSync',
  'unlinkSync',
  'linkSync',
  'symlinkSync',
  'appendFileSync',
  'fsyncSync',
  'copyFileSync',
  'chmodSync',
];

const GIT_COMMAND =
  /^(add|am|apply|branch|cat-file|checkout|check-ref-format|commit|commit-tree|config|diff|diff-tree|for-each-ref|hash-object|log|ls-files|ls-tree|merge|merge-base|merge-tree|prune|read-tree|rebase|ref|reset|rev-list|rev-parse|show|show-ref|status|symbolic-ref|update-index|update-ref|version|worktree|write-tree)$/;

const counts = new Map<string, number>();
const plan = readPlan();
if (plan) arm();

function readPlan(): FaultPlan | null {
  const path = process.env[PLAN_VARIABLE];
  if (path === undefined || process.argv[1] === undefined) return null;
  const given = JSON.parse(readFileSync(path, 'utf8')) as FaultPlan;
  return process.argv.slice(2).includes(given.command) ? given : null;
}

function arm(): void {
  const { prototype } = Sqlite;
  const { prepare } = prototype;
  prototype.prepare = function (this: Sqlite.Database, source: string) {
    return namedStatement(prepare.call(this, source), source);
  } as typeof prepare;
  wrap(prototype, 'exec', ([source]) => `sql ${wordsOf(String(source))}`);
  for (const name of SYNCHRONOUS) wrap(fs, name, (given) => nameOfFile(name, given));
  for (const name of ['open', 'writeFile', 'rename', 'mkdir', 'rm', 'unlink', 'appendFile', 'copyFile'])
    wrap(fs.promises, name, (given) => nameOfFile(name, given));
  wrap(ChildProcess.prototype, 'spawn', ([options]) => nameOfProcess(options as Spawned));
  wrap(childProcess, 'spawnSync', ([file, args]) => nameOfProcess({ file, args } as Spawned));
  wrap(childProcess, 'execFileSync', ([file, args]) => nameOfProcess({ file, args } as Spawned));
  syncBuiltinESMExports();
}

type Act = (...given: unknown[]) => unknown;

/** `nameOf` gives null for what is no point. */
function wrap(owner: object, method: string, nameOf: (given: unknown[]) => string | null): void {
  const methods = owner as Record<string, Act>;
  const act = methods[method] as Act;
  methods[method] = function (this: unknown, ...given: unknown[]) {
    const name = nameOf(given);
    if (name === null) return act.apply(this, given);
    const count = come(name);
    at(name, 'before', count);
    const made = act.apply(this, given);
    if (!(made instanceof Promise)) {
      at(name, 'after', count);
      return made;
    }
    return made.then((value: unknown) => {
      at(name, 'after', count);
      return value;
    });
  };
}

function namedStatement(statement: Sqlite.Statement, source: string): Sqlite.Statement {
  const name = `sql ${wordsOf(source)}`;
  for (const method of ['run', 'get', 'all', 'iterate']) wrap(statement, method, () => name);
  return statement;
}

function come(name: string): number {
  const count = (counts.get(name) ?? 0) + 1;
  counts.set(name, count);
  if (count === 1 && plan) appendFileSync(plan.names, `${name}\n`);
  return count;
}

function at(name: string, side: Side, count: number): void {
  const kill = plan?.kill;
  if (!plan || kill?.name !== name || kill.side !== side || kill.nth !== count) return;
  writeFileSync(plan.hit, '');
  process.kill(process.pid, 'SIGKILL');
}

/** What a statement does, and to which table. */
function wordsOf(source: string): string {
  const text = source
    .replace(/["\s]+/g, ' ')
    .trim()
    .toLowerCase();
  const [verb = ''] = text.split(' ');
  const table = /(?: from| into| table|^update) ([a-z_]+)/.exec(text)?.[1];
  return table === undefined ? text.slice(0, 30) : `${verb} ${table}`;
}

/** The same for every run and every process: without what is random or counted in a name. */
const kindOf = (path: string): string =>
  basename(path)
    .replace(/^(signalbox-git)-.*/, '$1')
    .replace(/[0-9a-f]{8,}(-[0-9a-f]+)*/g, '#')
    .replace(/\d+/g, 'N');

function nameOfFile(method: string, [path, flags]: unknown[]): string | null {
  if (path === plan?.names || (/^open/.test(method) && !isToWrite(flags))) return null;
  return typeof path === 'string' ? `${method} ${kindOf(path)}` : method;
}

const isToWrite = (flags: unknown): boolean =>
  typeof flags === 'number' ? (flags & 3) !== 0 : /[wa+]/.test(String(flags ?? 'r'));

interface Spawned {
  readonly file?: string;
  readonly args?: readonly string[];
}

/** Of git, the command as well; of a wrapper, only that it is one. */
function nameOfProcess({ file = '', args = [] }: Spawned): string {
  if (args.some((each) => each.startsWith('signalbox-run-'))) return 'spawn wrapper';
  const program = basename(file);
  const command = program === 'git' ? args.find((each) => GIT_COMMAND.test(each)) : undefined;
  return `spawn ${program}${command === undefined ? '' : ` ${command}`}`;
}
