/** The small shell program that leads the processes of a run and notes how it ended. */
import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, mkdirSync, openSync, readdirSync, rmSync } from 'node:fs';
import type { Outcome } from '../../shared/words.ts';
import type { RunFiles } from '../system/run-files.ts';

/**
 * The small process around each run. It leads a process group of its own and outlives the daemon; waits for
 * the word "go" on its input (end of input: the daemon died first, so nothing runs); notes that the command
 * began and how it ended as file *names*, which cannot be half-written; then ends its whole group, so that
 * nothing is left behind.
 *
 * Signals are trapped, not ignored: an ignored signal would stay ignored in the command. The notes use
 * `printf ''`, since a failed redirection of `:` would end the shell. The text is an argument, not a script
 * file, since a shell reads a script as it goes. The notes are for the operator alone, as the daemon's own files
 * are; the command gets the mask that the daemon was started with.
 */
const wrapper = (watch: string, notToCommand: string): string => `
trap : TERM INT HUP QUIT
umask 077
notes=$1
mask=$2
shift 2
read -r word
[ "$word" = go ] || exit 0
${watch}printf '' > "$notes/began" || exit 0
(umask "$mask"; exec "$@") </dev/null${notToCommand}
code=$?
printf '' > "$notes/ended.$code"
kill -KILL 0
`;

const WRAPPER = wrapper('', '');

/**
 * The same for a run whose starter must not die before it: a watcher in the group reads the wrapper's input until that
 * ends, and then ends the group. It has a descriptor of its own, as a shell gives what it starts in the background an
 * empty input.
 */
const WATCHED_WRAPPER = wrapper(
  `exec 3<&0
(trap '' TERM INT HUP QUIT; read -r rest <&3; kill -KILL 0) >/dev/null 2>&1 &
`,
  ' 3<&-',
);

export interface WrapperInput {
  readonly files: RunFiles;
  readonly marker: string;
  readonly command: readonly string[];
  readonly cwd: string;
  readonly env: NodeJS.ProcessEnv;
  /** The umask of the operator's shell, for the command. */
  readonly umask: number;
  /** Its group ends when the starter closes its input, or dies. */
  readonly isWatched?: boolean;
}

/** Starts the wrapper, which waits for "go". Only the wrapper holds the output file afterwards. */
export function spawnWrapper(input: WrapperInput): ChildProcess {
  const { files, marker, command, cwd, env, umask, isWatched = false } = input;
  const text = isWatched ? WATCHED_WRAPPER : WRAPPER;
  const output = openSync(files.output, 'a', 0o600);
  try {
    const name = `signalbox-run-${marker}`;
    return spawn('/bin/sh', ['-c', text, name, files.folder, umask.toString(8), ...command], {
      cwd,
      env,
      detached: true,
      stdio: ['pipe', output, output],
    });
  } finally {
    closeSync(output);
  }
}

/** Makes an empty folder for a run. */
export function makeRunFolder({ folder }: RunFiles): void {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true, mode: 0o700 });
}

/** The wrapper's notes so far. */
export function readNotes({ folder }: RunFiles): { began: boolean; ended: Outcome | null } {
  const names = namesIn(folder);
  const ended = names.map((name) => /^ended\.(\d{1,3})$/.exec(name)?.[1]).find((code) => code !== undefined);
  return {
    began: names.includes('began'),
    ended: ended === undefined ? null : { exit: 'exited', code: Number(ended) },
  };
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}
