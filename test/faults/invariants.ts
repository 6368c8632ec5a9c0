/**
 * Reads a database and the notes of the clients, and names every promise that does not hold. It knows no daemon; of our own
 * code it uses only the fold of the log, to compare it with the tables. I7, the badge of the page, is tried where a page is.
 */
import Sqlite from 'better-sqlite3';
import { checkLog } from '../../server/store/check-log.ts';
import { Db } from '../../server/store/sqlite.ts';
import type { ClientLog } from './client-log.ts';

interface Row {
  readonly seq: number;
  readonly unit: number;
  readonly type: string;
  readonly data: Facts;
}
type Facts = Readonly<Record<string, unknown>> & {
  readonly id?: string;
  readonly number?: number;
  readonly chunk?: string;
  readonly prompt?: string;
  readonly answer?: { readonly text: string };
};

/** `isOver`: everything was answered and has ended, so what was acknowledged must have arrived, too. */
export async function violations(database: string, clients: ClientLog, isOver: boolean): Promise<string[]> {
  const rows = readLog(database);
  const found = [
    ...(await differences(database, rows)),
    ...answers(rows, clients),
    ...unsent(rows, clients),
    ...runs(rows),
    ...seen(clients, rows.at(-1)?.seq ?? 0),
    ...clients.doubled.map((chunk) => `I5 two commands were alive at once on ${chunk}`),
  ];
  return isOver ? [...found, ...arrived(rows, clients)] : found;
}

function readLog(database: string): Row[] {
  const sqlite = new Sqlite(database, { readonly: true, timeout: 5000 });
  try {
    const rows = sqlite.prepare('select seq, unit, type, data from events order by seq').all();
    return (rows as (Omit<Row, 'data'> & { data: string })[]).map((row) => ({
      ...row,
      data: JSON.parse(row.data) as Facts,
    }));
  } finally {
    sqlite.close();
  }
}

/** I4: the tables are the fold of the log, whose numbers have no gap. */
async function differences(database: string, rows: readonly Row[]): Promise<string[]> {
  const gap = rows.find(({ seq }, nth) => seq !== nth + 1);
  if (gap) return [`I4 event ${gap.seq} follows a gap`];
  const db = Db.look(database);
  try {
    const { differences: all } = await checkLog(db);
    return all.map((each) => `I4 the tables are not the fold of the log: ${JSON.stringify(each)}`);
  } finally {
    db.close();
  }
}

/** I1, first half, and I2: acknowledged answers are there, and no item has two. */
function answers(rows: readonly Row[], { acknowledged }: ClientLog): string[] {
  const standing = new Map<string, string[]>();
  const delivered = new Map<string, number>();
  for (const { type, data } of rows) {
    const { id = '' } = data;
    if (type === 'item.answered') standing.set(id, [...(standing.get(id) ?? []), data.answer?.text ?? '']);
    if (type === 'item.reopened') standing.set(id, (standing.get(id) ?? []).slice(0, -1));
    if (type === 'item.delivered') delivered.set(id, (delivered.get(id) ?? 0) + 1);
  }
  const lost = [...acknowledged].filter(([id, text]) => !standing.get(id)?.includes(text));
  const twice = [...standing].filter(([, texts]) => texts.length > 1);
  const again = [...delivered].filter(([, count]) => count > 1);
  return [
    ...lost.map(([id, text]) => `I1 the answer "${text}" to ${id} was acknowledged and is lost`),
    ...twice.map(([id, texts]) => `I2 ${id} has ${texts.length} accepted answers: ${texts.join(', ')}`),
    ...again.map(([id, count]) => `I2 the answer to ${id} was delivered ${count} times`),
  ];
}

/** I1, second half, and I2: it reaches whoever asked, once in the life of each. */
function arrived(rows: readonly Row[], clients: ClientLog): string[] {
  const found: string[] = [];
  const asked = rows.filter(({ type }) => type === 'item.asked');
  for (const { data } of asked) {
    const { id = '', prompt = '' } = data;
    const text = clients.acknowledged.get(id);
    if (text === undefined || !clients.prompts.has(prompt)) continue;
    const prints = clients.printed.get(prompt) ?? [];
    if (!prints.some((print) => print === `${text}\n`))
      found.push(`I1 "${text}" did not reach whoever asked "${prompt}": ${JSON.stringify(prints)}`);
    for (const print of prints)
      if (print !== '' && print !== `${text}\n`)
        found.push(`I2 whoever asked "${prompt}" was told ${JSON.stringify(print)}`);
  }
  const added = new Set(rows.filter(({ type }) => type === 'unit.added').map(({ data }) => data.chunk));
  for (const chunk of clients.addedUnits)
    if (!added.has(chunk)) found.push(`I1 ${chunk} was acknowledged and is not there`);
  return found;
}

/** I3: nothing is there that nobody sent. */
function unsent(rows: readonly Row[], { units, prompts, sent }: ClientLog): string[] {
  const found: string[] = [];
  for (const { type, data, seq } of rows) {
    const { id = '', chunk = '', prompt = '' } = data;
    if (type === 'unit.added' && !units.has(chunk)) found.push(`I3 nobody added ${chunk} (${seq})`);
    // What the daemon asks has no words of its own: it is made of codes.
    if (type === 'item.asked' && data.about === undefined && !prompts.has(prompt))
      found.push(`I3 nobody asked "${prompt}" (${seq})`);
    if (type === 'item.answered' && !sent.get(id)?.has(data.answer?.text ?? ''))
      found.push(`I3 nobody answered ${id} with "${data.answer?.text}" (${seq})`);
  }
  const names = rows.filter(({ type }) => type === 'unit.added').map(({ data }) => data.chunk);
  const doubled = names.filter((name, nth) => names.indexOf(name) !== nth);
  return [...found, ...doubled.map((name) => `I3 ${name} was added twice`)];
}

/** I5, by the log: a run starts where none is live, has its own number, and ends once. */
function runs(rows: readonly Row[]): string[] {
  const live = new Map<number, number>();
  const found: string[] = [];
  for (const { seq, unit, type, data } of rows) {
    const { number = 0 } = data;
    if (type === 'run.started') {
      if (live.has(unit)) found.push(`I5 run ${number} of unit ${unit} starts beside a live one (${seq})`);
      live.set(unit, number);
    }
    if (type !== 'run.ended') continue;
    if (live.get(unit) !== number) found.push(`I5 run ${number} of unit ${unit} ends twice (${seq})`);
    live.delete(unit);
  }
  return found;
}

/** I6: who stays sees what is new in order, nothing twice, and nothing that is not in the log. */
function seen({ watched }: ClientLog, last: number): string[] {
  const found: string[] = [];
  for (const [nth, { seq, isSnapshot }] of watched.entries()) {
    const before = watched[nth - 1]?.seq ?? -1;
    if (seq < before || (seq === before && !isSnapshot)) found.push(`I6 ${seq} was sent after ${before}`);
    if (seq > last) found.push(`I6 ${seq} was sent, and the log ends with ${last}`);
  }
  return found;
}
