/**
 * Work that a person has started outside of Signalbox, in a terminal or an editor: an external unit, made when its
 * agent first needs the operator, reported started, and finished when the session ends.
 */
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import type { Detail } from '../../shared/detail.ts';
import { type Daemon, isSaid, overHttp, untilSaid } from '../daemon/daemon-client.ts';
import type { DaemonAddress, OnBehalfOf } from './ask.ts';

export interface SessionOptions {
  readonly connection: DaemonAddress;
  /** The name of its unit, if that is free; else a number follows. */
  readonly name: string;
  readonly title: string;
  /** How its agent is called where it asks. */
  readonly agent: string;
  /** The process without which there is no session: a unit whose session's process is gone may be taken over. */
  readonly host: number;
}

/** How many units of one name are looked at: closed ones stay, with their number. */
const MOST_NAMES = 1000;

export class ExternalSession {
  readonly #options: SessionOptions;
  #chunk: string | null = null;
  #asker: Promise<OnBehalfOf> | null = null;

  constructor(options: SessionOptions) {
    this.#options = options;
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
    const { name, host } = this.#options;
    for (let nth = 1; nth <= MOST_NAMES; nth++) {
      const chunk = nth === 1 ? name : `${name}-${nth}`;
      const found = await this.#detail(chunk);
      if (found === null) await this.#add(chunk);
      else if (!found.external || !isUndone(found) || !this.#isMine(chunk)) continue;
      this.#sign(chunk, host);
      const unit = found ?? (await this.#detail(chunk));
      if (unit) return unit;
    }
    throw new Error(`There are too many units called ${name}. Remove some: signalbox rm`);
  }

  async #add(chunk: string): Promise<void> {
    const { title } = this.#options;
    const units = [{ chunk, title, external: true }];
    await this.#say((calls, signal) => calls.units.add.mutate({ units }, { signal }));
  }

  async #started(chunk: string): Promise<number> {
    const report = { chunk, what: 'started', override: true } as const;
    await this.#say((calls, signal) => calls.units.report.mutate(report, { signal }));
    const unit = await this.#detail(chunk);
    if (unit?.live == null) throw new Error(`${chunk} has been ended.`);
    return unit.live;
  }

  /**
   * The session is over. Its unit is finished; one with a question open stays, and so does the question: whoever
   * takes the unit over and asks the same finds the answer. Answers that nobody has taken are marked so.
   */
  async end(): Promise<void> {
    await this.#asker?.catch(() => {});
    const chunk = this.#chunk;
    if (chunk === null) return;
    const unit = await this.#detail(chunk);
    if (unit?.live == null || !isUndone(unit)) return rmSync(this.#signature(chunk), { force: true });
    const isWaiting = unit.items.some(({ state }) => state !== 'answered' && state !== 'withdrawn');
    const isOwed = unit.items.some(({ delivery }) => delivery === 'undelivered' || delivery === 'given');
    if (isWaiting) return this.#report(chunk, 'failed');
    await (isOwed ? this.#close(chunk) : this.#report(chunk, 'finished'));
    rmSync(this.#signature(chunk), { force: true });
  }

  async #report(chunk: string, what: 'failed' | 'finished'): Promise<void> {
    const report = { chunk, what, all: what === 'finished', words: ENDED };
    await this.#say((calls, signal) => calls.units.report.mutate(report, { signal }));
  }

  async #close(chunk: string): Promise<void> {
    const closing = { chunk, reason: ENDED, kill: true };
    await this.#say((calls, signal) => calls.units.close.mutate(closing, { signal }));
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
    const { socketPath, caller, onSilence } = this.#options.connection;
    return untilSaid((signal) => send(overHttp(socketPath, caller), signal), { onSilence });
  }

  /** A session has made it, this one or one whose process is gone. */
  #isMine(chunk: string): boolean {
    const signed = signedBy(this.#signature(chunk));
    return signed !== null && (signed === this.#options.host || !isLiving(signed));
  }

  #sign(chunk: string, host: number): void {
    const path = this.#signature(chunk);
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    writeFileSync(path, String(host), { mode: 0o600 });
  }

  #signature(chunk: string): string {
    return join(dirname(this.#options.connection.socketPath), 'sessions', chunk);
  }
}

const ENDED = 'The session has ended.';

const isUndone = ({ status }: Detail): boolean => status !== 'DONE';

function signedBy(path: string): number | null {
  try {
    return Number.parseInt(readFileSync(path, 'utf8'), 10) || null;
  } catch {
    return null;
  }
}

function isLiving(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** A chunk made of words from outside, such as the name of a program and a folder. */
export function chunkOf(...words: readonly string[]): string {
  const parts = words.map((word) =>
    word
      .toLowerCase()
      .replace(/[^a-z0-9]+/g, '-')
      .slice(0, 24)
      .replace(/^-+|-+$/g, ''),
  );
  return parts.filter((part) => part !== '').join('-') || 'session';
}

/** "Claude Code in signalbox" */
export const titleOf = (agent: string, folder: string): string =>
  `${agent} in ${basename(folder) || folder}`.replace(/\s+/g, ' ').slice(0, 200);
