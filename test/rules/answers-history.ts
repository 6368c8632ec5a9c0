/** A random history of one unit: what may happen in it, what has to hold after each step, and how it comes to an end. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { factsOf } from '../../server/board/detail.ts';
import { AnswersFiles } from '../../server/runs/answers-file.ts';
import type { DeliveryState } from '../../shared/detail.ts';
import { deliveryWords } from '../../shared/unit-sentences.ts';
import type { Outcome } from '../../shared/words.ts';
import { exited, NEVER_BEGAN } from '../core/store-fixture.ts';
import type { Random } from '../fuzz/random.ts';
import type { Entry } from './answers-book.ts';
import { isPending, newIn, type Players, TOO_LONG } from './answers-players.ts';

/** Well as often as in all the other ways together. */
const ENDS: readonly Outcome[] = [
  exited(0),
  exited(0),
  exited(0),
  exited(0),
  exited(0),
  exited(1),
  exited(2),
  { exit: 'vanished' },
  { exit: 'stopped', code: 'output-limit', output_mib: 1 },
  NEVER_BEGAN,
  TOO_LONG,
];
const UNDO_MS = 2500;

/** One thing that may happen now. Returns its name. */
export async function step(players: Players, random: Random): Promise<string> {
  const { book, askers, isExternal } = players;
  const isLive = book.run !== null;
  const may: readonly [boolean, string, () => Promise<unknown>][] = [
    [isLive, 'an agent asks', () => players.ask('agent')],
    [isLive, 'an agent asks', () => players.ask('agent')],
    [random.oneIn(3), 'somebody at a terminal asks', () => players.ask('terminal')],
    [askers.length > 0, 'an asker is cut off', () => players.cut()],
    [askers.length > 0, 'an asker looks', () => players.look()],
    [book.open().length > 0, 'an answer', () => players.answer(random.pick(book.open()))],
    [book.open().length > 0, 'an answer with undo', () => players.answer(random.pick(book.open()), UNDO_MS)],
    [book.goingOut().length > 0, 'undo', () => players.undo()],
    [book.questions.some(isPending) && random.oneIn(3), 'withdrawn', () => players.withdraw()],
    [players.canStart, 'a run starts', () => players.start()],
    [players.canStart, 'a run starts', () => players.start()],
    [isLive, 'a run ends', () => players.end(random.pick(ENDS))],
    [isLive, 'a run ends', () => players.end(random.pick(ENDS))],
    [isLive && !isExternal && random.oneIn(2), 'killed', () => players.kill()],
    [isLive && !isExternal && random.oneIn(2), 'said to a live run', () => players.say()],
    [random.oneIn(8), 'held', () => players.hold()],
    [book.held, 'released', () => players.release()],
    [!isLive && random.oneIn(25), 'closed', () => players.close()],
    [!isLive && random.oneIn(40), 'removed', () => players.remove()],
  ];
  const possible = may.filter(([isPossible]) => isPossible);
  if (possible.length === 0) return 'nothing';
  const [, name, happens] = random.pick(possible);
  await happens();
  return name;
}

/** What the daemon says of each answer is what those involved remember. */
export function check(players: Players): void {
  if (players.book.over === 'removed') return;
  const { book, chunk, house, work, path, isExternal } = players;
  const { status, why } = house.said(chunk);
  assert.equal(work.unit.finished, book.finished, 'phases are finished as those involved would say');
  assert.equal(status === 'DONE', book.isDone);
  if (status === 'DONE' && book.over === '')
    assert.deepEqual(book.unsettled(), [], 'DONE, and nobody has it');
  if (status === 'BLOCKED') assert.notEqual(why, '');
  const lines = factsOf(house.store.state, house.work(chunk)).items;
  for (const entry of book.entries) {
    const line = lines.find(({ id }) => id === entry.id);
    // The words with which a unit is closed are its reason: nobody is to get them.
    if (!line || entry.text === '' || entry.state === 'going out' || entry.option === 'close') continue;
    assert.equal(line.delivery, deliveryOf(entry, book.isDone), `${entry.id}, ${entry.words}`);
    if (!entry.used && !book.isDone && entry.state === 'sent')
      assert.match(deliveryWords(line), /^not yet delivered/);
  }
  if (book.run === null || isExternal) return;
  const files = new AnswersFiles({ info: () => {}, error: (_, error) => assert.fail(String(error)) });
  assert.ok(files.refresh(path, work, house.lastRun(chunk).number));
  const text = readFileSync(path, 'utf8');
  for (const { text: said, state } of book.entries)
    if (state === 'sent') assert.ok(text.includes(said), 'the file of a live run lists every answer');
  for (const owed of book.owed()) assert.ok(newIn(path).includes(owed), 'what nobody has used is marked new');
}

function deliveryOf({ state, used, found }: Entry, isDone: boolean): DeliveryState {
  if (used) return 'delivered';
  if (isDone || state === 'withdrawn') return 'never';
  return found ? 'given' : 'undelivered';
}

/** A sensible operator answers everything, and every run ends well: then it is DONE soon, with nothing owed. */
export async function settle(players: Players, timePasses: () => Promise<void>): Promise<void> {
  const { book, house, chunk } = players;
  for (let turn = 0; !book.isDone && book.over === ''; turn++) {
    assert.ok(turn < 40, `it never comes to an end: ${JSON.stringify(house.said(chunk))}`);
    await timePasses();
    const [card] = book.open();
    const before = book.finished;
    if (card) await players.settles(card);
    else if (book.run !== null) await players.endsWell();
    else if (book.held) await players.release();
    else if (players.canStart) {
      await players.start();
      await players.end(exited(0));
      const isOn = book.finished > before || book.open('review').length > 0;
      assert.ok(isOn, 'a run that was given every answer, and ended well, has finished its phase');
    }
    check(players);
  }
  if (book.over === '')
    assert.deepEqual(
      book.unsettled(),
      [],
      'each answer was delivered to its asker, or to a run that ended well',
    );
}
