/** Kills a step at one of its calls of git: a program called git stands before git and counts. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Scene } from './scene.ts';
import type { StepCall } from './step.ts';

/**
 * `before`: the daemon, and this git never runs. `alive`: the daemon, and git goes on. `after`: the daemon, once git
 * has ended. `git`: the daemon and git, in the middle; what git started goes on. `all`: everything, in the middle.
 */
export const MODES = ['before', 'alive', 'after', 'git', 'all'] as const;
export type Mode = (typeof MODES)[number];

const SHIM = `#!/bin/sh
[ -e "$SHIM/armed" ] || exec "$SHIM_GIT" "$@"
case " $* " in *"$SHIM_ONLY"*) ;; *) exec "$SHIM_GIT" "$@" ;; esac
printf x >> "$SHIM/count"
[ "$(wc -c < "$SHIM/count")" -eq "$SHIM_AT" ] || exec "$SHIM_GIT" "$@"
rm "$SHIM/armed"
: > "$SHIM/hit"
exec 3<&0
case $SHIM_MODE in
  before) kill -9 $PPID; exit 1 ;;
  alive) kill -9 $PPID; exec "$SHIM_GIT" "$@" ;;
  after) "$SHIM_GIT" "$@"; kill -9 $PPID ;;
  git) "$SHIM_GIT" "$@" <&3 & sleep "$SHIM_DELAY"; kill -9 $! $PPID ;;
  all) "$SHIM_GIT" "$@" <&3 & sleep "$SHIM_DELAY"; kill -9 $PPID; kill -9 0 ;;
esac
`;

export interface Kill {
  readonly mode: Mode;
  /** The number of the call, from 1. */
  readonly at: number;
  /** Seconds from the start of git to the kill. */
  readonly delay: number;
}

/** Of a step whose calls of git are counted: all, or those with these arguments. */
export interface Killed {
  readonly scene: Scene;
  readonly call: StepCall;
  readonly only?: string;
}

/** Whether it was killed; where it has fewer calls, it is done. */
export async function runKilled(
  { scene, call, only = '' }: Killed,
  git: string,
  kill: Kill,
): Promise<boolean> {
  const shim = join(scene.root, 'shim');
  rmSync(shim, { recursive: true, force: true });
  scene.write({ git: SHIM }, shim);
  chmodSync(join(shim, 'git'), 0o755);
  const env = {
    ...process.env,
    PATH: `${shim}:${process.env.PATH}`,
    // What a killed step leaves goes with the scene.
    TMPDIR: scene.root,
    SHIM: shim,
    SHIM_GIT: git,
    SHIM_ONLY: only,
    SHIM_AT: String(kill.at),
    SHIM_MODE: kill.mode,
    SHIM_DELAY: String(kill.delay),
  };
  const armed = { ...call, armed: join(shim, 'armed') };
  const step = join(import.meta.dirname, 'step.js');
  const child = spawn(process.execPath, [step, JSON.stringify(armed)], {
    env,
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let said = '';
  child.stderr.on('data', (part) => {
    said += part;
  });
  // Not "close": a git that lives on holds no pipe of ours.
  const [code, signal] = (await once(child, 'exit')) as [number | null, string | null];
  if (signal === 'SIGKILL') return existsSync(join(shim, 'hit'));
  if (code !== 0) throw new Error(said);
  return false;
}
