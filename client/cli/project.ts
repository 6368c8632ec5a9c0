import { existsSync, realpathSync, statSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { AGENTS_FILE, type StatePaths, stateHome, statePathsOf } from '../../shared/state-paths.ts';
import { ProgramError } from './program-error.ts';

/** The project that a folder belongs to: the nearest folder with a repository or `signalbox.json`, else itself. */
export function projectAround(folder: string): string {
  const start = realFolder(folder);
  for (let at = start; ; at = dirname(at)) {
    if (isRepository(join(at, '.git')) || existsSync(join(at, AGENTS_FILE))) return at;
    if (at === dirname(at)) return start;
  }
}

/** A worktree has a file there that leads to its repository; an empty folder is none. */
const isRepository = (git: string): boolean =>
  existsSync(join(git, 'HEAD')) || (statSync(git, { throwIfNoEntry: false })?.isFile() ?? false);

function realFolder(folder: string): string {
  try {
    const real = realpathSync(folder);
    if (statSync(real).isDirectory()) return real;
  } catch {
    // said below
  }
  throw new ProgramError('usage', `There is no folder ${folder}.`);
}

export const pathsFor = (project: string): StatePaths =>
  statePathsOf(stateHome(process.env, homedir()), project);

/** The socket of the daemon to talk to: the one that a run was given, or that of the project here. */
export function socketFor(project: string | undefined): string {
  if (project === undefined && process.env.SIGNALBOX_SOCKET) return process.env.SIGNALBOX_SOCKET;
  return pathsFor(projectAround(project ?? '.')).socket;
}
