/** Counts, when a test is over, what must never be: read from what the daemon has kept and from the messages themselves. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Detail } from '../../shared/detail.ts';
import type { AcpReal } from './acp-real.ts';
import type { Tally } from './cells.ts';

export async function tallyOf(real: AcpReal): Promise<Tally> {
  const units = await Promise.all(real.added.map((chunk) => real.detail(chunk)));
  const answered = units.flatMap((unit) => unit.items.map((item) => ({ unit, item }))).filter(isAnswered);
  return {
    answers: answered.length,
    lost: answered.filter(({ unit, item }) => isDoneByItself(unit) && item.delivery === 'undelivered').length,
    twice: units.reduce((sum, unit, nth) => sum + repliesOf(real, unit, nth).twice, 0),
    mistaken: units.filter((unit, nth) => isDoneByItself(unit) && isUnanswered(real, unit, nth)).length,
  };
}

type Item = Detail['items'][number];

const isAnswered = ({ item }: { readonly item: Item }): boolean =>
  item.answer !== null && item.answered_by === 'operator';

const isDoneByItself = ({ status, closed }: Detail): boolean => status === 'DONE' && closed === null;

/** Something of it was never answered: an item, a request of its last run, or a call that was refused without the operator. */
function isUnanswered(real: AcpReal, unit: Detail, nth: number): boolean {
  const { items, runs } = unit;
  const isRefused = runs.at(-1)?.outcome?.exit === 'refused';
  return isRefused || items.some(({ state }) => state === 'open') || repliesOf(real, unit, nth).none > 0;
}

interface Message {
  readonly from: 'agent' | 'us';
  readonly message: { readonly id?: unknown; readonly method?: string };
}

/** Requests of its runs that have two answers; requests of its last run that have none. Units are numbered as they were added. */
function repliesOf({ house }: AcpReal, { runs }: Detail, nth: number): { twice: number; none: number } {
  let [twice, none] = [0, 0];
  for (const { number } of runs) {
    const path = join(house.paths.runs, `${nth}-${number}`, 'acp.jsonl');
    const all = existsSync(path) ? messagesIn(readFileSync(path, 'utf8')) : [];
    const count = (id: unknown) =>
      all.filter(({ from, message }) => from === 'us' && message.id === id && message.method === undefined)
        .length;
    const asked = all.filter(
      ({ from, message }) => from === 'agent' && message.method && message.id !== undefined,
    );
    const replies = asked.map(({ message }) => count(message.id));
    twice += replies.filter((times) => times > 1).length;
    if (number === runs.at(-1)?.number) none += replies.filter((times) => times === 0).length;
  }
  return { twice, none };
}

const messagesIn = (text: string): Message[] =>
  text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Message)
    .filter(({ message }) => typeof message === 'object' && message !== null);
