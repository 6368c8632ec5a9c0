import assert from 'node:assert/strict';
import { test } from 'node:test';
import { answerOf } from '../../server/board/board-rows.ts';
import { answer } from '../../server/domain/commands/answers.ts';
import { withdrawalWords } from '../../shared/reason-sentences.ts';
import { AGENT, inHouse, OPERATOR, refused, type StoreFixture, spec } from './store-fixture.ts';

/** A unit with a question `q` of its live run. */
const asked = (body: (house: StoreFixture) => unknown) =>
  inHouse(async (house) => {
    await house.add(spec('a'));
    await house.start('a');
    await house.ask('a', 'q');
    await body(house);
  });

const LATER = { wait: 4000 };
const ports = [
  { id: 'low', label: 'Port 80', description: '' },
  { id: 'high', label: 'Port 8080', description: '' },
];

test(
  'of two different answers in the same turn one wins, and the other hears who won',
  asked(async (house) => {
    const first = house.answer('a', 'q', { text: '80' });
    const second = house.answer('a', 'q', { text: '8080', by: { ...OPERATOR, actor: 'other', door: 'cli' } });
    const refusal = await refused(second, 'conflict', /Already answered by operator \(page\): 80/);
    await first;
    assert.deepEqual(refusal.items, [house.keptItem('q')]);
    assert.deepEqual(answerOf(house.item('q')), { options: [], text: '80' });
  }),
);

test(
  'an answer names the item and the version that the operator saw',
  asked(async (house) => {
    await house.ask('a', 'q', { prompt: 'Which port, and why?' });
    const refusal = await refused(house.answer('a', 'q'), 'conflict', /changed since you saw it/);
    assert.deepEqual(refusal.items, [house.keptItem('q')]);
    await house.answer('a', 'q', { version: 2 });
  }),
);

test(
  'an answer without an item id is told what is open',
  asked(async (house) => {
    await house.ask('a', 'r');
    const input = { chunk: 'a', item: null, version: null, options: [], text: 'yes' };
    const attempt = house.commit((state, at) => answer(state, input, { at, release_due: at, key: null }));
    const { items } = await refused(attempt, 'conflict', /which item/);
    assert.deepEqual(
      items.map(({ id }) => id),
      ['q', 'r'],
    );
  }),
);

test(
  'a repeated answer is the same answer, also after it went out',
  asked(async (house) => {
    const answer = () => house.answer('a', 'q', { text: '80', key: 'k', ...LATER });
    const [first, again] = await Promise.all([answer(), answer()]);
    house.now += 4000;
    await house.release();
    assert.deepEqual([again, await answer()], [first, first]);
    assert.equal(house.types().filter((type) => type === 'item.answered').length, 1);
  }),
);

test(
  'the same key with other words is refused, the first words stay',
  asked(async (house) => {
    await house.answer('a', 'q', { text: '80', key: 'k' });
    await refused(house.answer('a', 'q', { text: '8080', key: 'k' }), 'conflict', /key was used before/);
    assert.equal(house.item('q').answer?.text, '80');
  }),
);

test(
  'an answer that can be taken back goes out when its time has come, not before',
  asked(async (house) => {
    await house.answer('a', 'q', LATER);
    house.now += 3999;
    await house.release();
    assert.equal(house.item('q').answer?.released_at, null);
    house.now += 1;
    await house.release();
    assert.equal(house.item('q').answer?.released_at, '2026-01-05T09:00:04.000Z');
  }),
);

test(
  'an answer without a wait goes out in its own commit',
  asked(async (house) => {
    const { seq } = await house.answer('a', 'q');
    assert.deepEqual(house.types(3), ['item.answered', 'item.released']);
    assert.equal(seq, 5);
  }),
);

test(
  'undo reopens the item: asked when it was asked, next version, nothing left of the answer',
  asked(async (house) => {
    const before = house.item('q');
    house.now += 1000;
    await house.answer('a', 'q', LATER);
    await house.undo('a', 'q');
    assert.deepEqual(house.item('q'), { ...before, version: 2 });
    assert.equal(house.status('a'), 'NEEDS_ATTENTION');
  }),
);

test(
  'undo spends the key: a late repeat of the answer is refused',
  asked(async (house) => {
    const answer = () => house.answer('a', 'q', { key: 'k', ...LATER });
    await answer();
    await house.undo('a', 'q');
    await refused(answer(), 'conflict', /taken back/);
    house.reopen();
    await refused(answer(), 'conflict', /taken back/);
    assert.equal(house.item('q').answer, null);
  }),
);

test(
  'the reopened item is answered under a new key',
  asked(async (house) => {
    await house.answer('a', 'q', { key: 'k', ...LATER });
    await house.undo('a', 'q');
    await house.answer('a', 'q', { key: 'k2', version: 2, text: 'no' });
    assert.equal(house.item('q').answer?.text, 'no');
  }),
);

test(
  'after it went out, undo says already sent',
  asked(async (house) => {
    await house.answer('a', 'q', LATER);
    house.now += 4000;
    await house.release();
    const { items } = await refused(house.undo('a', 'q'), 'conflict', /Already sent/);
    assert.deepEqual(items, [house.keptItem('q')]);
  }),
);

test(
  'undo in the same turn as the release: whoever came first',
  asked(async (house) => {
    await house.answer('a', 'q', LATER);
    house.now += 4000;
    const [undo] = [house.undo('a', 'q'), house.release()];
    await undo;
    assert.equal(house.item('q').answer, null);
  }),
);

test(
  'undo twice takes back once',
  asked(async (house) => {
    await house.answer('a', 'q', LATER);
    await house.undo('a', 'q');
    await refused(house.undo('a', 'q'), 'conflict', /no answer going out/);
    assert.equal(house.item('q').version, 2);
  }),
);

test(
  'an answer must be one that the item allows',
  inHouse(async (house) => {
    await house.add(spec('a'));
    await house.ask('a', 'q', { options: ports, allows_text: false });
    await refused(
      house.answer('a', 'q', { options: ['none'] }),
      'invalid',
      /"none" is not offered.*low, high/,
    );
    await refused(house.answer('a', 'q', { options: ['low', 'high'] }), 'invalid', /one option only/);
    await refused(house.answer('a', 'q', { text: 'words' }), 'invalid', /takes no words/);
    await house.answer('a', 'q', { options: ['high'] });
    assert.deepEqual(answerOf(house.item('q')), { options: ['high'], text: '' });
  }),
);

test(
  'several options where the item allows several',
  inHouse(async (house) => {
    await house.add(spec('a'));
    await house.ask('a', 'q', { options: ports, multiple: true });
    await house.answer('a', 'q', { options: ['low', 'high'], text: 'both' });
    assert.deepEqual(answerOf(house.item('q')), { options: ['low', 'high'], text: 'both' });
  }),
);

test(
  'closing keeps an answer that is going out, marked never delivered',
  inHouse(async (house) => {
    await house.add(spec('a'));
    await house.ask('a', 'q');
    await house.answer('a', 'q', LATER);
    await house.close('a');
    const { answer, withdrawal } = house.item('q');
    assert.equal(withdrawalWords(house.item('q')), 'the unit was closed; never delivered');
    assert.deepEqual([answer?.text, withdrawal?.code, answer?.released_at], ['yes', 'unit-closed', null]);
  }),
);

test(
  'an answer that is due when its unit closes is not sent as well',
  inHouse(async (house) => {
    await house.add(spec('a'));
    await house.start('a');
    await house.end('a', { exit: 'vanished' });
    await house.ask('a', 'q');
    await house.answer('a', 'stuck-a-1', { options: ['close'], ...LATER });
    await house.answer('a', 'q', LATER);
    house.now += 4000;
    await house.release();
    const { answer, withdrawal } = house.item('q');
    assert.deepEqual([answer?.released_at, withdrawal?.at], [null, '2026-01-05T09:00:04.000Z']);
  }),
);

test(
  'delivered is committed once, with the run that got it',
  asked(async (house) => {
    await refused(house.confirm('a', 'q'), 'conflict', /no answer yet/);
    await house.answer('a', 'q');
    await house.confirm('a', 'q', 1);
    const { seq } = house.store.state;
    await house.confirm('a', 'q', 1);
    assert.deepEqual([house.item('q').delivery?.to, house.store.state.seq], [1, seq]);
  }),
);

test(
  'what was withdrawn is neither answered nor withdrawn again',
  asked(async (house) => {
    await house.withdraw('a', 'q');
    await refused(house.answer('a', 'q'), 'conflict', /withdrawn: solved/);
    await refused(house.withdraw('a', 'q'), 'conflict', /withdrawn: solved/);
  }),
);

test(
  'an item is answered on its own unit only',
  asked(async (house) => {
    await house.add(spec('b'));
    await refused(house.answer('b', 'q'), 'not-found', /b has no item q/);
    await refused(house.answer('zzz', 'q'), 'not-found', /no unit called zzz/);
  }),
);

test(
  'the item says who answered, through which door, and when',
  asked(async (house) => {
    await house.answer('a', 'q', { by: { ...AGENT, actor: 'me', door: 'cli' } });
    const { answer } = house.item('q');
    assert.deepEqual([answer?.by, answer?.via, answer?.at], ['me', 'cli', '2026-01-05T09:00:00.000Z']);
  }),
);

test(
  'an answer may go to all that ask the same, and to nothing else',
  inHouse(async (house) => {
    const PROMPT = 'Which port?';
    await house.add(spec('a'));
    await house.start('a');
    await house.ask('a', 'q', { prompt: PROMPT });
    for (const chunk of ['b', 'c', 'd', 'e']) {
      await house.add(spec(chunk));
      await house.start(chunk);
    }
    await house.ask('b', 'same', { prompt: PROMPT });
    await house.ask('c', 'moved', { prompt: PROMPT });
    await house.ask('c', 'moved', { prompt: 'Which port, and why?' });
    await house.ask('d', 'other', { prompt: 'Which host?' });
    await house.ask('e', 'unnamed', { prompt: PROMPT });
    const also = ['same', 'moved', 'other', 'nowhere'].map((item) => ({ item, version: 1 }));
    const input = { chunk: 'a', item: 'q', version: 1, options: [], text: '80', also };
    await house.commit((state, at) => answer(state, input, { at, release_due: at, key: null }));
    const answered = ['q', 'same', 'moved', 'other', 'unnamed'].map((id) => answerOf(house.item(id))?.text);
    assert.deepEqual(answered, ['80', '80', undefined, undefined, undefined]);
  }),
);
