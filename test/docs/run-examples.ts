import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type DaemonFixture, PROGRAM } from '../daemon-fixture.ts';
import type { Example } from './examples.ts';

const PATIENCE_MS = 120_000;

/** What became of the examples of a document. */
export interface Ran {
  /** What each printed, on both outputs; one for each that was begun. */
  readonly printed: readonly string[];
  /** The command that failed, or what else ended them; null: all went well. */
  readonly failed: string | null;
}

/**
 * Runs examples one after the other in one shell, in the project of a house, as somebody would who copies them.
 * The first command that fails ends them.
 */
export async function runExamples(house: DaemonFixture, examples: readonly Example[]): Promise<Ran> {
  const folder = join(house.folder, 'examples');
  const home = join(house.folder, 'home');
  for (const each of [folder, home]) mkdirSync(each);
  const script = examples.map(({ script }, nth) => `exec > '${folder}/${nth}' 2>&1\n${script}`);
  writeFileSync(join(folder, 'script'), [BEGINNING, ...script].join('\n'));
  // A group of its own, so that what an example leaves behind ends with it.
  const shell = spawn('bash', [join(folder, 'script')], {
    cwd: house.project,
    env: { ...house.env, HOME: home, PATH: `${makeBin(house)}:${house.env.PATH}`, SIGNALBOX_PORT: '0' },
    stdio: ['ignore', 'ignore', 'pipe', 'pipe'],
    detached: true,
  });
  let failed = '';
  shell.stdio[3]?.on('data', (part: Buffer) => {
    failed += part.toString();
  });
  const patience = setTimeout(() => endGroup(shell.pid), PATIENCE_MS);
  const [code, signal] = (await once(shell, 'exit')) as [number | null, string | null];
  clearTimeout(patience);
  endGroup(shell.pid);
  const printed = examples.map((_, nth) => readIfThere(join(folder, String(nth))));
  const begun = printed.filter((text) => text !== null);
  return { printed: begun, failed: code === 0 ? null : failed || `ended by ${signal ?? code}` };
}

const BEGINNING = `set -Eeuo pipefail
trap 'echo "$BASH_COMMAND" >&3' ERR`;

/** `signalbox` as `npm link` would put it there, and a browser that opens nothing. */
function makeBin(house: DaemonFixture): string {
  const bin = join(house.folder, 'bin');
  mkdirSync(bin);
  const programs = { signalbox: `exec '${process.execPath}' '${PROGRAM}' "$@"`, 'xdg-open': '', open: '' };
  for (const [name, line] of Object.entries(programs)) {
    writeFileSync(join(bin, name), `#!/bin/sh\n${line}\n`);
    chmodSync(join(bin, name), 0o755);
  }
  return bin;
}

function endGroup(pid: number | undefined): void {
  try {
    if (pid !== undefined) process.kill(-pid, 'SIGKILL');
  } catch {
    // nobody of it is left
  }
}

function readIfThere(path: string): string | null {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return null;
  }
}
