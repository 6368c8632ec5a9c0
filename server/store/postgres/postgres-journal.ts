/** The log in PostgreSQL: any number of daemons may write to it, each behind the number of the last event that it knows. */
import { randomUUID } from 'node:crypto';
import type { Event } from '../../../shared/events.ts';
import type { WorkUnit } from '../../../shared/words.ts';
import { Refusal } from '../../domain/refusal.ts';
import type { State } from '../../domain/state.ts';
import type { Appended, ArchivedUnit, ArchiveSearch, Batch, Journal, KeptMutation } from '../journal.ts';
import type { Tables } from '../tables.ts';
import { archivedIn, findIn } from './archive.ts';
import { type BatchStatement, statementOf } from './batch-statement.ts';
import { NO_ROOM, type ServerConnections } from './connections.ts';
import type { Listening } from './listening.ts';
import { atOneMoment } from './postgres-snapshot.ts';

/** How many events are read at once. */
const PAGE = 1000;
const PAGE_OF_UNIT = 100;

interface Parts {
  readonly connections: ServerConnections;
  readonly listening: Listening;
  readonly epoch: string;
  /** Of the database, for messages. */
  readonly name: string;
}

export class PostgresJournal implements Journal {
  readonly epoch: string;
  readonly #parts: Parts;
  #lost: string | null = null;

  constructor(parts: Parts) {
    this.#parts = parts;
    this.epoch = parts.epoch;
  }

  /** What has become of the log, where it ends before events that were acknowledged; null: nothing. */
  get lost(): string | null {
    return this.#lost;
  }

  open(): Promise<State> {
    const { connections, name } = this.#parts;
    return connections.untilAnswered(() => atOneMoment(connections, name, (snapshot) => snapshot.state()));
  }

  async kept(keys: readonly string[]): Promise<ReadonlyMap<string, KeptMutation>> {
    const query = 'select * from keys where key = any($1::text[])';
    const { rows } = await this.#parts.connections.read<Tables['keys']>(query, [keys]);
    return new Map(rows.map(({ key, spent, ...mutation }) => [key, { ...mutation, spent: spent === 1 }]));
  }

  /**
   * Where no answer comes, the outcome is unknown, and the same batch is sent again before anything else is decided: its
   * fence lets it in once. What was decided anew instead could be doubled by the first one, which comes late.
   */
  async append(batch: Batch): Promise<Appended> {
    const id = randomUUID();
    const statement = statementOf(batch, id, this.#parts.listening.channel);
    try {
      return await this.#parts.connections.untilAnswered(() => this.#send(batch, id, statement));
    } catch (error) {
      const isFull = (error as { code?: unknown }).code === NO_ROOM;
      throw isFull
        ? new Refusal('unavailable', 'disk', 'Nothing was saved: the database has no room.')
        : error;
    }
  }

  async #send(batch: Batch, id: string, statement: BatchStatement): Promise<Appended> {
    const { rowCount } = await this.#parts.connections.write(statement);
    return rowCount === 1 ? 'kept' : this.#whyNot(batch, id);
  }

  async #whyNot({ before, after, term }: Batch, id: string): Promise<Appended> {
    const { rows } = await this.#parts.connections.write({
      text: `select seq, term, exists (select from events where events.seq = $1 and batch = $2) as kept from head`,
      values: [after.seq, id],
    });
    const [head] = rows as { seq: number; term: number; kept: boolean }[];
    if (head?.kept) return 'kept';
    if (!head || head.seq < before.seq) throw this.#shorter(head?.seq ?? 0, before.seq);
    return term !== null && term !== head.term ? 'deposed' : 'behind';
  }

  /** As after a failover to a standby that was behind, or a restored copy: what was acknowledged is gone. */
  #shorter(found: number, known: number): Refusal {
    this.#lost = `${this.#parts.name} ends with event ${found}, but its log has had ${known}: an older copy or a standby that was behind stands in its place.`;
    return new Refusal('unavailable', 'moved', `Nothing was saved: ${this.#lost} Signalbox ends now.`);
  }

  events(after: number, unit?: number): AsyncIterable<Event> {
    return this.#inPages(after, unit, 'seq > $1', 'asc');
  }

  eventsBackwards(unit: number | undefined, before = Number.MAX_SAFE_INTEGER): AsyncIterable<Event> {
    return this.#inPages(before, unit, 'seq < $1', 'desc');
  }

  archived(unit: number): Promise<WorkUnit | undefined> {
    return archivedIn((text, values) => this.#parts.connections.read(text, values), unit);
  }

  findArchived(search: ArchiveSearch): Promise<readonly ArchivedUnit[]> {
    return findIn((text, values) => this.#parts.connections.read(text, values), search);
  }

  async *#inPages(
    from: number,
    unit: number | undefined,
    where: string,
    order: string,
  ): AsyncIterable<Event> {
    const ofUnit = unit === undefined ? '' : 'and unit = $3';
    const query = `select seq, at, by, unit, type, data from events where ${where} ${ofUnit} order by seq ${order} limit $2`;
    const most = unit === undefined ? PAGE : PAGE_OF_UNIT;
    for (let at = from; ; ) {
      const values = [at, most, ...(unit === undefined ? [] : [unit])];
      const { rows } = await this.#parts.connections.read<Tables['events']>(query, values);
      for (const row of rows) yield eventIn(row);
      if (rows.length < most) return;
      at = rows.at(-1)?.seq ?? at;
    }
  }

  follow(nudge: (seq: number) => void): () => void {
    return this.#parts.listening.add(nudge);
  }
}

const eventIn = (row: Tables['events']): Event =>
  ({ ...row, by: JSON.parse(row.by), data: JSON.parse(row.data) }) as Event;
