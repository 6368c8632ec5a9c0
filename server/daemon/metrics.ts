/** The metrics of a daemon, for Prometheus. What the state says is read from it when it is asked for, and counted nowhere. */
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import { boardOf, cardsOf } from '../../shared/board.ts';
import { ITEM_KINDS } from '../../shared/item-words.ts';
import type { BoardFeed } from '../board/board-feed.ts';
import type { FanOutMeter, ToldSlice } from '../board/fan-out-meter.ts';
import { usageListOf } from '../board/usage-list.ts';
import { endWord } from '../domain/archive.ts';
import type { Store } from '../store/store.ts';

interface Sources {
  readonly store: Store;
  readonly boardFeed: BoardFeed;
  /** How many boards are followed now. */
  readonly viewers: () => number;
}

/** Of the delay of the event loop, in ms. */
const PRECISION_MS = 20;
/** From a commit to its message; a page is to show a change within a tenth of a second. */
const SENT_SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5];
const MICRO = 1_000_000;

export class Metrics implements FanOutMeter {
  readonly #registry = new Registry();
  readonly #sent = this.#counter('board_messages_sent', 'Messages sent to viewers.');
  readonly #merged = this.#counter(
    'board_messages_merged',
    'Of those sent, the ones with more than one change.',
  );
  readonly #dropped = this.#counter(
    'board_messages_dropped',
    'Messages not sent because the viewer reads slowly; it gets merged news later.',
  );
  readonly #commitToSent = new Histogram({
    name: 'signalbox_commit_to_sent_seconds',
    help: 'From a commit to its message: the slowest of up to 50 that are sent in one go.',
    buckets: SENT_SECONDS,
    registers: [this.#registry],
  });

  constructor({ store, boardFeed, viewers }: Sources) {
    collectDefaultMetrics({ register: this.#registry, eventLoopMonitoringPrecision: PRECISION_MS });
    this.#read('viewers', 'Boards that are followed, by pages, embeds and terminals.', [], (set) =>
      set({}, viewers()),
    );
    this.#read('units', 'Work units, by status.', ['status'], (set) => {
      for (const [status, count] of Object.entries(boardFeed.counts().units)) set({ status }, count);
    });
    this.#readItems(boardFeed);
    this.#readRuns(store);
    this.#readUsage(store);
    this.#readTotal('events', 'Events of the log.', [], (add) => add({}, store.state.seq));
  }

  told({ sent, merged, dropped, ms }: ToldSlice): void {
    this.#sent.inc(sent);
    this.#merged.inc(merged);
    this.#dropped.inc(dropped);
    if (ms !== null) this.#commitToSent.observe(ms / 1000);
  }

  async read(): Promise<{ type: string; text: string }> {
    return { type: this.#registry.contentType, text: await this.#registry.metrics() };
  }

  #readItems(boardFeed: BoardFeed): void {
    const open = () =>
      cardsOf(boardOf(boardFeed.snapshot({ only: 'items' }))).filter(({ state }) => state === 'open');
    this.#read('open_items', 'Open attention items, by kind.', ['kind'], (set) => {
      const items = open();
      for (const kind of ITEM_KINDS) set({ kind }, items.filter((each) => each.kind === kind).length);
    });
    this.#read(
      'oldest_item_seconds',
      'How long the oldest open item has waited; 0: there is none.',
      [],
      (set) => {
        const asked = open().map(({ asked_at }) => Date.parse(asked_at));
        set({}, asked.length === 0 ? 0 : Math.max(0, (Date.now() - Math.min(...asked)) / 1000));
      },
    );
  }

  #readRuns(store: Store): void {
    const runs = () => [...store.state.works].flatMap((work) => work.runs);
    this.#read('live_runs', 'Runs at work.', [], (set) =>
      set({}, runs().filter(({ ended_at }) => ended_at === null).length),
    );
    this.#readTotal('runs_ended', 'Runs that have ended, by how.', ['outcome'], (add) => {
      for (const [outcome, count] of Object.entries(store.state.archive.sums.ended)) add({ outcome }, count);
      for (const { outcome } of runs()) if (outcome) add({ outcome: endWord(outcome) }, 1);
    });
  }

  #readUsage(store: Store): void {
    const rows = () => usageListOf(store.state, 'agent', new Date().toISOString()).rows;
    this.#readTotal('agent_tokens', 'Tokens, as agents report them.', ['agent', 'kind'], (add) => {
      for (const { name: agent, usage } of rows()) {
        add({ agent, kind: 'input' }, usage.input_tokens);
        add({ agent, kind: 'output' }, usage.output_tokens);
        add({ agent, kind: 'cached' }, usage.cached_tokens);
      }
    });
    this.#readTotal('agent_cost_usd', 'US dollars, as agents report them.', ['agent'], (add) => {
      for (const { name: agent, usage } of rows()) add({ agent }, (usage.micro_usd ?? 0) / MICRO);
    });
  }

  #counter(name: string, help: string): Counter {
    return new Counter({ name: `signalbox_${name}_total`, help, registers: [this.#registry] });
  }

  #read(name: string, help: string, labelNames: string[], read: (set: Say) => void): void {
    new Gauge({
      name: `signalbox_${name}`,
      help,
      labelNames,
      registers: [this.#registry],
      collect() {
        this.reset();
        read((labels, value) => this.set(labels, value));
      },
    });
  }

  /** A sum that only grows, which the state knows. */
  #readTotal(name: string, help: string, labelNames: string[], read: (add: Say) => void): void {
    new Counter({
      name: `signalbox_${name}_total`,
      help,
      labelNames,
      registers: [this.#registry],
      collect() {
        this.reset();
        read((labels, value) => this.inc(labels, value));
      },
    });
  }
}

type Say = (labels: Record<string, string>, value: number) => void;
