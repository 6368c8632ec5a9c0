import { createHash } from 'node:crypto';
import { basename, isAbsolute, join } from 'node:path';

/** At the root of a project: marks it, and names its agents. */
export const AGENTS_FILE = 'signalbox.json';

/** The state folder of a project and its files: outside the project, because agents run `git clean`. */
export interface StatePaths {
  /** The real path of the project. */
  readonly project: string;
  readonly folder: string;
  readonly database: string;
  /** Where the state is in PostgreSQL: holds the URL, which may hold a password. */
  readonly databaseUrl: string;
  readonly socket: string;
  readonly runs: string;
  readonly bin: string;
  /** Holds the worktrees of the units. */
  readonly worktrees: string;
  /** Where the terminal shows which process calls. */
  readonly callers: string;
  readonly port: string;
  readonly lock: string;
  /** Says who holds the lock (`Holder`). */
  readonly holder: string;
  readonly log: string;
  /** The access file: host name, listed origins, limits. */
  readonly door: string;
  /** The copy of `signalbox.json` that the operator trusts. */
  readonly trusted: string;
  /** Where runs may work besides this machine: the operator's own file. */
  readonly executors: string;
  /** Says where the last backup is. */
  readonly lastBackup: string;
}

/** The running daemon, as written in `holder`. */
export interface Holder {
  readonly pid: number;
  readonly address: string;
  readonly project: string;
  readonly started_at: string;
  /** Start time in the system's own format: with `pid` it identifies one process for good. */
  readonly process?: string | undefined;
}

/**
 * The home folder: HOME if it is an absolute path, else that of the account. A
 * relative one would depend on the working directory and could lie in the project. null: neither is absolute.
 */
export function homeOf(env: { readonly HOME?: string | undefined }, ofAccount: () => string): string | null {
  for (const home of [() => env.HOME, ofAccount]) {
    const folder = home();
    if (folder && isAbsolute(folder)) return folder;
  }
  return null;
}

/** The folder of all projects: `$XDG_STATE_HOME/signalbox`, or `~/.local/state/signalbox`. */
export function stateHome(env: { readonly XDG_STATE_HOME?: string | undefined }, home: string): string {
  const base =
    env.XDG_STATE_HOME && isAbsolute(env.XDG_STATE_HOME) ? env.XDG_STATE_HOME : join(home, '.local', 'state');
  return join(base, 'signalbox');
}

/** Tells a project from all others of this machine. `project` is a real path. */
export const hashOfProject = (project: string): string =>
  createHash('sha256').update(project).digest('hex').slice(0, 10);

/** `home` is the folder of all projects; `project` a real path. */
export function statePathsOf(home: string, project: string): StatePaths {
  const name =
    basename(project)
      .replace(/[^A-Za-z0-9._-]/g, '-')
      .slice(0, 24) || 'project';
  return pathsIn(join(home, `${name}-${hashOfProject(project)}`), project);
}

/** The state folder of `signalbox hub`; that of a project has a hash in its name. */
export const HUB_FOLDER = 'hub';

/** The files of the hub, which has no project: it is called by its own folder. */
export function hubPathsOf(home: string): HubPaths {
  const folder = join(home, HUB_FOLDER);
  return { ...pathsIn(folder, folder), places: join(folder, 'places.json'), forwards: join(folder, 'ssh') };
}

export interface HubPaths extends StatePaths {
  /** The daemons elsewhere, with their tokens. */
  readonly places: string;
  /** Holds the ends of sockets that ssh forwards. */
  readonly forwards: string;
}

/** The files of a state folder. */
export function pathsIn(folder: string, project: string): StatePaths {
  const at = (file: string) => join(folder, file);
  return {
    project,
    folder,
    database: at('signalbox.db'),
    databaseUrl: at('database-url'),
    socket: at('socket'),
    runs: at('runs'),
    bin: at('bin'),
    worktrees: at('work'),
    callers: at('callers'),
    port: at('port'),
    lock: at('lock.db'),
    holder: at('daemon.json'),
    log: at('daemon.log'),
    door: at('door.json'),
    trusted: at('trusted.json'),
    executors: at('executors.json'),
    lastBackup: at('last-backup.json'),
  };
}
