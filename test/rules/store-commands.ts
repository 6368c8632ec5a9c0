/** What people and processes tell a house of facts, a sentence each. */
import assert from 'node:assert/strict';
import { type AnswerInput, answer } from '../../server/domain/commands/answers.ts';
import { updateConfig } from '../../server/domain/commands/config.ts';
import { reportConflict, resolve, wantToStart } from '../../server/domain/commands/conflicts.ts';
import { type ReportInput, report } from '../../server/domain/commands/reports.ts';
import { type SnoozeInput, snooze, wake } from '../../server/domain/commands/snooze.ts';
import { workOf } from '../../server/domain/lookup.ts';
import { isPending } from '../../server/domain/state.ts';
import type { Committed } from '../../server/store/idempotency.ts';
import type { Conflict, ConflictVerdict, Judgement } from '../../shared/conflict-words.ts';
import type { Item } from '../../shared/item-words.ts';
import type { Settings } from '../../shared/settings-words.ts';
import { AGENT, DAEMON, type StoreFixture } from '../core/store-fixture.ts';

export const MINUTE = 60_000;
/** Long enough for the operator to take an answer back. */
export const LATER = { wait: 4000 };

const judgementOf = (verdict: ConflictVerdict, more: Partial<Judgement>): Judgement => ({
  verdict,
  confidence: 0.5,
  code: 'reported',
  text: 'both touch it',
  overlapping_files: ['a.ts'],
  overlapping_symbols: [],
  overlapping_lines: '',
  ...more,
});

/** An analysis says what it found of two units. An item, should there be one, is called `key`. */
export function judge(
  house: StoreFixture,
  pair: readonly [string, string],
  verdict: ConflictVerdict,
  more: Partial<Judgement> & { key?: string } = {},
): Promise<Committed> {
  const { key = `judged-${pair.join('-')}`, ...rest } = more;
  const input = { chunk: pair[0], other_chunk: pair[1], ...judgementOf(verdict, rest) };
  return house.commit((state) => reportConflict(state, input, key), AGENT);
}

/** The operator's own word on two units. */
export const decideOn = (
  house: StoreFixture,
  [chunk, other_chunk]: readonly [string, string],
  verdict: 'parallelize' | 'serialize',
): Promise<Committed> => house.commit((state) => resolve(state, { chunk, other_chunk, verdict }));

/** A unit wants to start, and shares what it declares with others. An item, should there be one, is called `want-<chunk>`. */
export const want = (
  house: StoreFixture,
  chunk: string,
  shared: readonly { with: string; share: number }[] = [],
): Promise<Committed> =>
  house.commit((state) => {
    const overlaps = shared.map((each) => ({
      other: workOf(state, each.with).unit.id,
      share: each.share,
      files: ['a.ts'],
    }));
    return wantToStart(state, { unit: workOf(state, chunk).unit.id, overlaps, key: `want-${chunk}` });
  }, DAEMON);

/** Somebody says how an external unit goes. A stuck or review item, should there be one, is called `of-<chunk>-<seq>`. */
export function tell(
  house: StoreFixture,
  chunk: string,
  what: ReportInput['what'],
  more: Partial<ReportInput> = {},
): Promise<Committed> {
  const input = { chunk, what, all: false, override: false, words: '', ...more };
  return house.commit((state, at) => report(state, input, at, `of-${chunk}-${state.seq}`), AGENT);
}

export function sleep(
  house: StoreFixture,
  item: string,
  how: Pick<SnoozeInput, 'minutes' | 'until' | 'until_done'>,
): Promise<Committed> {
  const { unit, version } = house.item(item);
  const chunk = house.store.state.works.get(unit)?.unit.chunk ?? '';
  return house.commit((state, at) => snooze(state, { chunk, item, version, ...how }, at));
}

export const wakeUp = (house: StoreFixture, chunk: string, item: string): Promise<Committed> =>
  house.commit((state) => wake(state, { chunk, item }));

export const set = (house: StoreFixture, settings: Partial<Settings>): Promise<Committed> =>
  house.commit((state) => updateConfig(state, settings));

/** Answers exactly so, also with no words at all. */
export const answerWith = (house: StoreFixture, input: AnswerInput): Promise<Committed> =>
  house.commit((state, at) => answer(state, input, { at, release_due: at, key: null }));

/** What one unit knows of another. */
export function knownOf(house: StoreFixture, chunk: string, other: string): Conflict {
  const id = house.work(other).unit.id;
  const found = house.work(chunk).conflicts.find((each) => each.with === id);
  assert.ok(found, `${chunk} knows of ${other}`);
  return found;
}

/** The items of a unit that still wait for a person, of any kind. */
export const pendingOf = (house: StoreFixture, chunk: string): Item[] =>
  house.work(chunk).items.filter(isPending);

/** What happens next is what time brings. */
export async function passes(house: StoreFixture, ms: number): Promise<void> {
  house.now += ms;
  await house.release();
}
