/** What the terminal does with a project's files where no daemon is asked. The server's rooms do it. */

import type { AgentDefinition } from './agent-words.ts';
import type { Holder, StatePaths } from './state-paths.ts';
import type { WorkSettings } from './work-words.ts';

export interface Offline {
  /** Reads the project's `signalbox.json`. Throws an error with a sentence and an exit code where it cannot be taken. */
  lookAtAgents(paths: StatePaths): Looked;
  /** The agents that need no more than their name, each driven by the Agent Client Protocol. */
  knownAgents(): readonly AgentDefinition[];
  /** Looks at everything that a daemon needs and that can be seen without one. `path`: where runs look for programs. */
  examine(paths: StatePaths, path: string): Promise<Finding[]>;
  /** Looks at the command line of a start. Throws an error with a sentence and an exit code. */
  checkStart(argv: readonly string[]): void;
  /** Throws an error of the system, or one with a sentence and an exit code. */
  makeStateFolder(paths: StatePaths): void;
  /** The daemon of a state folder, as far as can be seen without asking it; null: none lives. */
  livingHolder(paths: Pick<StatePaths, 'holder'>): Living | null;
  /** The daemons of this user that live; `home` is the folder of all state folders. */
  livingDaemons(home: string): readonly LivingDaemon[];
  /** Keeps what the operator has looked at. A daemon that runs takes it over by itself. */
  trust(paths: StatePaths, looked: Looked): void;
  /** Takes the text of a file of executors over, and returns their names. Throws an error with a sentence and an exit code. */
  setExecutors(paths: StatePaths, text: string): readonly string[];
  /** Who may come in. A daemon that runs looks at the file itself. */
  doorOf(paths: StatePaths): DoorFacts;
  /** Where the operator's rules for permissions are, or would be. Throws where an agent of the project could write them. */
  policyFile(project: string): string;
  /** Returns the origins that are listed then. Throws an error with a sentence and an exit code. */
  changeOrigins(paths: StatePaths, how: 'add' | 'remove', url: string): readonly string[];
  /**
   * Copies the database, which a daemon may be using, to a new file, and checks the copy. Throws an error with a sentence
   * and an exit code, as do all that follow.
   */
  backUpDatabase(paths: StatePaths, file: string): Promise<BackedUp>;
  /** Puts a backup in the place of the database. Refused while a daemon or a run of the project lives. */
  /** `dry`: tries the backup, refuses what would be refused, and changes nothing. */
  restoreDatabase(paths: StatePaths, file: string, dry: boolean): Promise<Restored>;
  /** Compares the tables with the log. */
  checkDatabase(paths: StatePaths): Promise<CheckedDatabase>;
  /** Writes the log as lines of JSON, as it is at one moment. */
  exportLog(paths: StatePaths, write: (line: string) => Promise<void>): Promise<void>;
  /** Takes such lines over into a project that has no log yet: all or nothing. */
  importLog(paths: StatePaths, lines: AsyncIterable<string>): Promise<{ events: number; keys: number }>;
  /**
   * Copies the log from one database into another that has none, and checks the copy. Each is `sqlite`, the URL of a
   * PostgreSQL database without a password, or `file:PATH` of a file that holds one.
   */
  copyDatabase(paths: StatePaths, from: string, to: string): Promise<CopiedDatabase>;
  /** What takes room on the disk, the largest part first. A daemon may be running. */
  diskUse(paths: StatePaths): Promise<readonly DiskUse[]>;
  /** Returns all limits as they are then; null: as by default. Throws an error with a sentence and an exit code. */
  setLimit(paths: StatePaths, name: string, value: number | null): DoorFacts['limits'];
}

/** What a checked copy holds. */
export interface BackedUp {
  readonly file: string;
  readonly events: number;
  readonly units: number;
  readonly items: number;
}

/** Where it is now, as may be shown. */
export interface CopiedDatabase extends Omit<BackedUp, 'file'> {
  readonly from: string;
  readonly to: string;
}

export interface Restored extends BackedUp {
  /** The folder that holds what was there before. */
  readonly aside: string;
  /** It was only tried: nothing was changed. */
  readonly dry_run: boolean;
}

/**
 * A part of what a project keeps. In the database: `events` of late, `packed` older ones, `keys` of what was sent, `facts` of
 * units, runs and items, `free` room in the file. Beside it: `output` of runs, `worktrees`, `copies` of the database, `other`.
 */
export interface DiskUse {
  readonly what:
    | 'events'
    | 'packed'
    | 'keys'
    | 'facts'
    | 'free'
    | 'output'
    | 'worktrees'
    | 'copies'
    | 'other';
  readonly bytes: number;
  readonly path: string;
}

/** What a check has read, and where the log and the tables differ. */
export interface CheckedDatabase {
  readonly events: number;
  readonly units: number;
  readonly items: number;
  readonly differences: readonly DatabaseDifference[];
}

/** `gap`: event `seq` is missing; `fold`: event `seq` cannot be folded; else a table says something else than the log. */
export type DatabaseDifference =
  | { readonly code: 'gap' | 'fold'; readonly seq: number }
  | { readonly code: 'unit'; readonly chunk: string }
  | {
      readonly code:
        | 'settings'
        | 'agents'
        | 'executors'
        | 'tokens'
        | 'sessions'
        | 'notifications'
        | 'archive';
    };

/** A daemon whose process lives. */
export interface Living extends Holder {
  /** By a signal, as by `kill -STOP`: it answers nobody. */
  readonly stopped: boolean;
}

/** One of the daemons of a user. */
export interface LivingDaemon {
  /** Of its state folder. */
  readonly name: string;
  readonly living: Living;
  readonly socket: string;
}

export interface DoorFacts {
  /** The name of this daemon among all on this machine. */
  readonly host_name: string;
  readonly origins: readonly string[];
  readonly limits: Readonly<Record<string, number>>;
}

/** Where the terminal was called: an entry of its own, since every command looks. */
export interface CallPlace {
  isWithinRun(): boolean;
}

/** One thing that was looked at. */
export interface Finding {
  readonly what: string;
  /** note: works, but somebody should know. */
  readonly status: 'good' | 'note' | 'bad';
  readonly message: string;
}

/** A project's `signalbox.json` beside what is trusted of it. */
export interface Looked {
  readonly path: string;
  /** absent: there is no file; new: nothing was ever trusted; changed: something else is. */
  readonly status: 'absent' | 'new' | 'changed' | 'trusted';
  /** What was read: this is trusted, not what the file may say a moment later. */
  readonly text: string;
  readonly digest: string;
  readonly agents: readonly AgentDefinition[];
  readonly work: WorkSettings;
}
