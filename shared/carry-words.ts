/** What a carrier and the daemon say to each other about a run on another machine. */
import type { InterruptSignal } from './agent-words.ts';

/** Given to `signalbox carry` as JSON: on its standard input, or in a file. */
export interface Launch {
  readonly marker: string;
  /** Buys the one claim, and speaks for the carrier after that. */
  readonly secret: string;
  /** The daemon's socket, as it is reached there; with `via`, as it is called on the daemon's machine. */
  readonly socket: string;
  /** How ssh reaches the daemon's machine from there; null: the socket is there. */
  readonly via: string | null;
  /** Where carriers keep their files there: one folder for each run. */
  readonly folder: string;
  /** Seconds without an answer after which the run is ended. */
  readonly lost_after: number;
}

/** `token`: SHA-256 of the token that the run's environment will hold; `answers`: where its answers file will be. */
export interface Claim {
  readonly carrier: string;
  readonly machine: string;
  readonly token: string;
  readonly answers: string;
  readonly lost_after: number;
}

/** What a carrier needs to start the command. */
export interface Claimed {
  readonly command: readonly string[];
  readonly cwd: string;
  readonly chunk: string;
  readonly phase: string;
  readonly run: number;
  /** Names of variables of the machine's own environment that the run gets beside the usual ones. */
  readonly env: readonly string[];
  /** The text of its answers file. */
  readonly answers: string;
}

/** `bytes`: what was printed from `offset` on, in base64; `answers`: SHA-256 of the answers file as it is there. */
export interface Beat {
  readonly carrier: string;
  readonly offset: number;
  readonly bytes: string;
  readonly answers: string;
}

export interface BeatAnswer {
  readonly go: 'on' | 'kill' | 'kill-now';
  /** How many bytes the daemon has: the next piece begins there. */
  readonly size: number;
  /** The answers file as it is to be; null: as it is. */
  readonly answers: string | null;
  /** To be sent to the command, which has a message; null: none. */
  readonly signal: InterruptSignal | null;
}

export type CarriedOutcome =
  | { readonly exit: 'exited'; readonly code: number }
  | { readonly exit: 'vanished' }
  | { readonly exit: 'fenced'; readonly seconds: number }
  | { readonly exit: 'never-began'; readonly detail: string };

/** `size`: how much it printed in all. */
export interface End {
  readonly carrier: string;
  readonly size: number;
  readonly outcome: CarriedOutcome;
}

/** Not ended: the daemon has only `size` bytes of its output so far. */
export interface EndAnswer {
  readonly ended: boolean;
  readonly size: number;
}

/** How many bytes a beat brings at most: in base64 they fit into one request. */
export const PIECE_BYTES = 512 * 1024;

/** What a carrier needs that has its daemon's socket by itself. */
export type LinkedLaunch = Pick<Launch, 'marker' | 'secret' | 'lost_after'>;

/** The program behind `signalbox carry`. */
export interface CarryEntry {
  carry(flags: CarryFlags): Promise<void>;
}

export interface CarryFlags {
  readonly detach: boolean;
  /** The file that holds the launch, which is removed; null: it comes on standard input. */
  readonly launch: string | null;
  /** The marker of the run that waits for its daemon to link to this machine, and to bring the launch; null: it does not. */
  readonly linked: string | null;
  /** Links the one that waits by that marker to the daemon at the other end of standard input and output; null: carries. */
  readonly link: string | null;
}
