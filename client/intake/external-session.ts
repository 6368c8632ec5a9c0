/**
 * Work that a person has started outside of Signalbox, in a terminal or an editor: an external unit, made when its
 * agent first needs the operator, reported started, and finished when the session ends.
 */
import type { Detail } from '../../shared/detail.ts';
import { type Daemon, isSaid, overHttp, untilSaid } from '../daemon/daemon-client.ts';
import type { DaemonAddress, OnBehalfOf } from './ask.ts';
import { hostLives, SignedUnits } from './signed-units.ts';

export interface SessionOptions {
  readonly connection: DaemonAddress;
  /** The name of its unit, if that is free; else a number follows. */
  readonly name: string;
  readonly title: string;
  /** How its agent is called where it asks. */
  readonly agent: string;
  /** The process without which there is no session: a unit whose session's process is gone may be taken over. */
  readonly host: number;
  /** Whether a question outlives the session, for the next one that asks the same. */
  readonly keepsQuestions: boolean;
  /** Ends each call to the daemon. */
  readonly over?: AbortSignal | undefined;
}

/** How many units of one name are looked at: closed ones stay, with their number. */
const MOST_NAMES = 1000;

export class ExternalSession {
  readonly #options: SessionOptions;
  readonly #signed: SignedUnits;
  #chunk: string | null = null;
  #asker: Promise<OnBehalfOf> | null = null;

  constructor(options: SessionOptions) {
    this.#options = options;
    this.#signed = new SignedUnits(options.connection.socketPath);
  }

  /** For whom it asks. The unit is made, and reported started, where it is not. Throws what the daemon refuses. */
  asker(): Promise<OnBehalfOf> {
    const before = this.#asker ?? Promise.resolve();
    // One after the other: two first calls at once make one unit.
    this.#asker = before.then(
      () => this.#find(),
      () => this.#find(),
    );
    return this.#asker;
  }

  async #find(): Promise<OnBehalfOf> {
    const known = this.#chunk === null ? null : await this.#detail(this.#chunk);
    const unit = known !== null && isUndone(known) ? known : await this.#take();
    this.#chunk = unit.chunk;
    const run = unit.live ?? (await this.#started(unit.chunk));
    return { chunk: unit.chunk, run, asked_by: this.#options.agent };
  }

  /** The first unit of the name that nobody else has: a new one, or one whose session has gone without ending it. */
  async #take(): Promise<Detail> {
    const { name } = this.#options;
    for (let nth = 1; nth <= MOST_NAMES; nth++) {
      const chunk = numbered(name, nth);
      const found = await this.#detail(chunk);
      if (found === null) await this.#add(chunk);
      else if (!this.#isOurs(found)) continue;
      this.#signed.sign(chunk, { ...this.#options, ended: false });
      const unit = found ?? (await this.#detail(chunk));
      if (unit) return unit;
    }
    throw new Error(`There are too many units called ${name}. Remove some: signalbox rm`);
  }

  /** Its unit, where it has one that is not done. Makes none. */
  async current(): Promise<Detail | null> {
    for (let nth = 1; nth <= MOST_NAMES; nth++) {
      const unit = await this.#detail(numbered(this.#options.name, nth));
      if (unit === null || this.#isOurs(unit)) return unit;
    }
    return null;
  }

  /** A session has made it, this one or one whose process is gone. */
  #isOurs(unit: Detail): boolean {
    if (!unit.external || !isUndone(unit)) return false;
    const signed = this.#signed.signature(unit.chunk);
    if (signed === null) return false;
    return signed.host === this.#options.host || signed.ended || !hostLives(signed);
  }

  async #add(chunk: string): Promise<void> {
    const units = [{ chunk, title: this.#options.title, external: true }];
    await this.#say((calls, signal) => calls.units.add.mutate({ units }, { signal }));
  }

  async #started(chunk: string): Promise<number> {
    const report = { chunk, what: 'started', override: true } as const;
    await this.#say((calls, signal) => calls.units.report.mutate(report, { signal }));
    const unit = await this.#detail(chunk);
    if (unit?.live == null) throw new Error(`${chunk} has been ended.`);
    return unit.live;
  }

  /** The session is over: the daemon ends its unit, unless a question stays, also one that does not run now. */
  async end(): Promise<void> {
    await this.#asker?.catch(() => {});
    const chunk = this.#chunk ?? (await this.current())?.chunk;
    if (chunk === undefined || this.#signed.signature(chunk) === null) return;
    this.#signed.sign(chunk, { ...this.#options, ended: true });
  }

  async #detail(chunk: string): Promise<Detail | null> {
    try {
      return await this.#say((calls, signal) => calls.unit.query({ chunk }, { signal }));
    } catch (error) {
      if (isSaid(error) && error.data?.code === 'NOT_FOUND') return null;
      throw error;
    }
  }

  #say<T>(send: (calls: Daemon, signal: AbortSignal) => Promise<T>): Promise<T> {
    const { connection, over = null } = this.#options;
    const { socketPath, caller, onSilence } = connection;
    return untilSaid((signal) => send(overHttp(socketPath, caller), signal), { over, onSilence });
  }
}

const isUndone = ({ status }: Detail): boolean => status !== 'DONE';

const numbered = (name: string, nth: number): string => (nth === 1 ? name : `${name}-${nth}`);
