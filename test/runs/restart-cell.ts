/** One cell of the table: a house with twenty units, a daemon that ends at one moment, and the next one. */
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DaemonFixture } from '../daemon-fixture.ts';
import { until } from '../until.ts';
import { Gate } from './command-gate.ts';
import { preloadNothing, untilDaemonEnds } from './preload.ts';
import { type LaunchMoment, stopAt } from './stop-at.ts';
import { Units } from './units.ts';

export const RUNS = 20;
export const CHUNKS = Array.from({ length: RUNS }, (_, nth) => `unit-${nth}`);

type EndOfDaemon = 'SIGKILL' | 'SIGTERM';

export interface Case {
  readonly moment: LaunchMoment | 'working' | 'asking' | 'ended meanwhile';
  readonly signal: EndOfDaemon;
  /** How the runs of every unit end, in order. */
  readonly ends: readonly string[];
}

/** Notes when two are alive at once on one unit, and each beginning; `work` in between. */
const command = (work: string) => `
  mkdir "lock-$SIGNALBOX_CHUNK" || echo "$SIGNALBOX_CHUNK" >> doubled
  echo "$SIGNALBOX_CHUNK" >> begun
  ${work}
  rmdir "lock-$SIGNALBOX_CHUNK"`;
const ASKS = `signalbox ask "What for $SIGNALBOX_CHUNK?" > "told-$SIGNALBOX_CHUNK"`;

/** A house, twenty units, and what they leave in the project. */
export class Cell {
  readonly house = DaemonFixture.make();
  readonly gate = new Gate(this.house.project);
  readonly units = new Units(this.house);
  readonly #case: Case;

  constructor(of: Case) {
    this.#case = of;
  }

  async close(): Promise<void> {
    this.gate.close();
    await this.house.close();
  }

  begun(): string[] {
    const path = join(this.house.project, 'begun');
    return existsSync(path) ? readFileSync(path, 'utf8').trim().split('\n') : [];
  }

  has(name: string): boolean {
    return existsSync(join(this.house.project, name));
  }

  told(chunk: string): string {
    return readFileSync(join(this.house.project, `told-${chunk}`), 'utf8');
  }

  /** Starts a daemon with twenty units and has it end at the moment in question. */
  async untilEnded(): Promise<void> {
    const { moment, signal } = this.#case;
    const { house } = this;
    const isLaunch = moment === 'spawned' || moment === 'recorded' || moment === 'just let go';
    if (isLaunch) stopAt(house, { moment, signal, launches: RUNS });
    await house.start('--port', '0', '--max-agents', `${RUNS + 1}`, '--undo-seconds', '0');
    const daemon = house.holder()?.pid;
    const work = moment === 'asking' ? ASKS : this.gate.wait;
    const all = CHUNKS.map((chunk) => ({ chunk, command: command(work) }));
    // The daemon may end before it can say that it has added them.
    await this.units.addAll(all).catch((error: unknown) => {
      if (!isLaunch) throw error;
    });
    if (moment === 'asking')
      await until('all to ask', async () => (await this.units.counts()).items === RUNS);
    if (isLaunch) await untilDaemonEnds(house, daemon);
    else await until('all to have begun', () => this.begun().length === RUNS);
    await house.end(signal);
    if (moment === 'ended meanwhile') {
      this.gate.open();
      await until('every command to have ended', () => house.processes().length === 0);
    }
    preloadNothing(house);
  }

  /** Starts the next daemon, and waits until it has looked at every run. */
  async untilLookedAt(): Promise<void> {
    await this.house.start();
    await this.units.add('witness', 'true');
    await this.units.becomes('witness', 'DONE');
    const left = this.#case.moment === 'ended meanwhile' ? 0 : RUNS;
    await until('all to have begun', () => this.begun().length >= RUNS);
    await until('who is at work', () => this.locks() === left);
  }

  locks(): number {
    return CHUNKS.filter((chunk) => this.has(`lock-${chunk}`)).length;
  }

  /** Lets every command go to its end. */
  async finish(): Promise<void> {
    this.gate.open();
    if (this.#case.moment === 'asking') await this.answerAll();
    await until('all to be done', async () => (await this.units.counts()).units.DONE === RUNS + 1);
    await until('every process to be gone', () => this.house.processes().length === 0);
  }

  async answerAll(): Promise<void> {
    const cards = await this.units.cards();
    assert.equal(cards.length, RUNS);
    for (const card of cards) await this.units.answer(card, `this, ${card.chunk}`);
  }
}
