/** Finds the project that a command is about, and the paths of its daemon. */
import { existsSync, realpathSync, statSync } from 'node:fs';
import { userInfo } from 'node:os';
import { dirname, isAbsolute, join } from 'node:path';
import {
  AGENTS_FILE,
  type HubPaths,
  homeOf,
  hubPathsOf,
  type StatePaths,
  stateHome,
  statePathsOf,
} from '../../../shared/state-paths.ts';
import { ProgramError } from '../output/program-error.ts';

/** The project that a folder belongs to: the nearest folder with a repository or `signalbox.json`, else itself. */
function projectAround(folder: string, calledBy: string): string {
  const start = realFolder(folder, calledBy);
  for (let at = start; ; at = dirname(at)) {
    if (isRepository(join(at, '.git')) || existsSync(join(at, AGENTS_FILE))) return at;
    if (at === dirname(at)) return start;
  }
}

/** In a worktree `.git` is a file; an empty `.git` folder is no repository. */
const isRepository = (git: string): boolean =>
  existsSync(join(git, 'HEAD')) || (statSync(git, { throwIfNoEntry: false })?.isFile() ?? false);

/** `calledBy` is put before the error: the variable that named the folder, or ''. */
function realFolder(folder: string, calledBy: string): string {
  try {
    const real = realpathSync(folder);
    if (statSync(real).isDirectory()) return real;
  } catch {
    // The error below is the same for every cause.
  }
  throw new ProgramError('usage', `${calledBy}There is no folder ${folder}.`);
}

/** The project to talk about: the one that `--project` names, or SIGNALBOX_PROJECT, or the one around this folder. */
export function projectFrom(flag: string | undefined): string {
  const { SIGNALBOX_PROJECT: variable } = process.env;
  if (flag !== undefined) return projectAround(flag, '');
  return variable ? projectAround(variable, 'SIGNALBOX_PROJECT: ') : projectAround('.', '');
}

export const pathsFor = (project: string): StatePaths =>
  statePathsOf(stateHome(process.env, homeFolder()), project);

export const hubPaths = (): HubPaths => hubPathsOf(stateHome(process.env, homeFolder()));

export function homeFolder(): string {
  const home = homeOf(process.env, () => userInfo().homedir);
  if (home !== null) return home;
  throw new ProgramError('config', 'HOME names no absolute folder. Set HOME or XDG_STATE_HOME to one.');
}

/** The socket of the daemon to talk to: the one that a run was given, or that of the project. */
export function socketFor(flag: string | undefined): string {
  const { SIGNALBOX_SOCKET: given } = process.env;
  if (flag === undefined && given) {
    if (isAbsolute(given)) return given;
    throw new ProgramError('usage', `SIGNALBOX_SOCKET takes an absolute path, not "${given}".`);
  }
  return pathsFor(projectFrom(flag)).socket;
}
