/** One daemon that the hub follows: its connection, and since when it has not been heard of. */

import type { Daemon } from '../client/daemon/daemon-client.ts';
import { BoardStream } from '../client/link/board-stream.ts';
import { under } from '../shared/base-path.ts';
import type { Board, BoardMessage, Pulses } from '../shared/board.ts';
import type { Query } from '../shared/query.ts';
import type { Place } from '../shared/views/place.ts';
import type { Moment } from '../shared/words.ts';
import { HeldStream } from './held-stream.ts';
import { hubKey, type Owner } from './own-rows.ts';

/** How a daemon is reached. */
export interface Link {
  /** Follows what happens, over reconnections. */
  readonly streams: Daemon;
  /** One call at a time, which fails at once where nobody answers. */
  readonly calls: Daemon;
  close(): void;
}

/** A daemon that was found, or that the operator has named. */
export interface Found {
  /** Names it in addresses of the hub. */
  readonly slug: string;
  readonly folder: string;
  /** Where it runs; empty: here. */
  readonly machine: string;
  /** `onChange` is told whether it is connected. */
  open(onChange: (isOpen: boolean) => void): Link;
}

/** So many units at work are shown with what they print. */
const MOST_PULSES = 1000;

/** What is told of it. */
export interface ProjectEvents {
  /** It is away, or back. */
  readonly turned: () => void;
  /** Its runs have printed something. */
  readonly printed: () => void;
}

export class Project {
  readonly slug: string;
  readonly folder: string;
  readonly machine: string;
  readonly #link: Link;
  readonly #events: ProjectEvents;
  #name: string;
  #epoch = '';
  #away: Moment | null = new Date().toISOString();
  #place: Place;
  #pulses: Pulses = {};
  /** What its runs print. */
  readonly printing: HeldStream;
  /** Says to its daemon that somebody sees its items, as a visible page of its own does. */
  readonly looking: HeldStream;

  constructor(found: Found, events: ProjectEvents) {
    this.slug = found.slug;
    this.folder = found.folder;
    this.machine = found.machine;
    this.#events = events;
    this.#name = found.slug;
    this.#place = this.#placeNow();
    this.#link = found.open((isOpen) => this.#turn(isOpen));
    const { board, notify } = this.#link.streams;
    this.printing = new HeldStream((ended) =>
      board.pulses.subscribe(
        {},
        { onData: (pulses) => this.#print(pulses), onError: ended, onComplete: ended },
      ),
    );
    this.looking = new HeldStream((ended) =>
      notify.watch.subscribe({ looks: true }, { onError: ended, onComplete: ended }),
    );
  }

  get place(): Place {
    return this.#place;
  }

  get isAway(): boolean {
    return this.#away !== null;
  }

  /** Of its database; empty: not heard of yet. */
  get epoch(): string {
    return this.#epoch;
  }

  get owner(): Owner {
    return { slug: this.slug, epoch: this.#epoch, place: this.#place };
  }

  get calls(): Daemon {
    return this.#link.calls;
  }

  /** What its runs printed last, by the keys of the hub. */
  get pulses(): Pulses {
    const own = Object.entries(this.#pulses).map(([key, pulse]) => [hubKey(this.#epoch, key), pulse]);
    return Object.fromEntries(own) as Pulses;
  }

  /** Returns whether it was called otherwise before. */
  rename(name: string): boolean {
    if (name === this.#name) return false;
    this.#name = name;
    this.#place = this.#placeNow();
    return true;
  }

  /** Follows a part of its board. */
  follow(query: Query, listener: (message: BoardMessage, board: Board) => void): () => void {
    const stream: BoardStream = new BoardStream(
      { client: this.#link.streams },
      query,
      undefined,
      (message) => {
        const { board } = stream;
        if (!board) return;
        this.#epoch = board.epoch;
        listener(message, board);
      },
    );
    return stream.stop;
  }

  close(): void {
    this.printing.stop();
    this.looking.stop();
    this.#link.close();
  }

  #placeNow(): Place {
    return {
      base: under(`/projects/${this.slug}`),
      may: this.#away === null ? 'all' : 'read',
      name: this.#name,
      away_since: this.#away,
    };
  }

  #turn(isOpen: boolean): void {
    if (isOpen !== this.isAway) return;
    this.#away = isOpen ? null : new Date().toISOString();
    this.#place = this.#placeNow();
    this.#events.turned();
  }

  #print(pulses: Pulses): void {
    const known = Object.entries({ ...this.#pulses, ...pulses });
    this.#pulses = Object.fromEntries(known.slice(-MOST_PULSES));
    this.#events.printed();
  }
}
