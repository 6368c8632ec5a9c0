import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ask } from '../../server/domain/commands/asks.ts';
import { reduce } from '../../server/domain/reduce.ts';
import { asking, DAEMON, exited, inHouse, refused, type StoreFixture, spec } from './store-fixture.ts';

const running = (body: (house: StoreFixture) => unknown) =>
  inHouse(async (house) => {
    await house.add(spec('a', { phases: ['PLAN', 'IMPLEMENT'] }));
    await house.start('a');
    await body(house);
  });

const ids = (house: StoreFixture) => house.work('a').items.map(({ id }) => id);
const PORT = { prompt: 'Which port?' };

test(
  'the key is the id: same key and content is the same item, whatever became of it',
  running(async (house) => {
    const first = await house.ask('a', 'q', PORT);
    const again = await house.ask('a', 'q', PORT);
    assert.deepEqual([again.result, again.seq, ids(house)], [{ item: 'q' }, first.seq, ['q']]);
    await house.answer('a', 'q');
    assert.deepEqual((await house.ask('a', 'q', PORT)).result, { item: 'q' });
    assert.equal(house.item('q').version, 1);
  }),
);

test(
  'an asker that comes back after its unit was closed still finds its item',
  inHouse(async (house) => {
    await house.add(spec('a'));
    await house.ask('a', 'q', PORT);
    await house.close('a');
    assert.deepEqual((await house.ask('a', 'q', PORT)).result, { item: 'q' });
  }),
);

test(
  'same key, other content, still open: the next version, asked when it was asked',
  running(async (house) => {
    await house.ask('a', 'q', PORT);
    const { asked_at } = house.item('q');
    house.now += 60_000;
    await house.ask('a', 'q', { prompt: 'Which port, and why?' });
    const item = house.item('q');
    assert.deepEqual([item.version, item.asked_at, item.prompt], [2, asked_at, 'Which port, and why?']);
  }),
);

test(
  'other options alone are other content',
  running(async (house) => {
    await house.ask('a', 'q', PORT);
    await house.ask('a', 'q', { ...PORT, options: [{ id: 'x', label: 'X', description: '' }] });
    assert.deepEqual([house.item('q').version, house.item('q').options.length], [2, 1]);
  }),
);

test(
  'same key, other content, answered or going out: refused with the item',
  running(async (house) => {
    await house.ask('a', 'q', PORT);
    await house.answer('a', 'q', { wait: 4000 });
    const change = () => house.ask('a', 'q', { prompt: 'Another?' });
    await refused(change(), 'conflict', /has ended/);
    house.now += 4000;
    await house.release();
    assert.deepEqual((await refused(change(), 'conflict', /has ended/)).items, [house.keptItem('q')]);
  }),
);

test(
  'a key belongs to one unit',
  running(async (house) => {
    await house.add(spec('b'));
    await house.ask('a', 'q', PORT);
    await refused(house.ask('b', 'q', PORT), 'conflict', /belongs to an item of a/);
  }),
);

/** Run 1 asked `q` and ended, the operator answered, run 2 is live. */
const laterRun = (body: (house: StoreFixture) => unknown) =>
  running(async (house) => {
    await house.ask('a', 'q', PORT);
    await house.end('a', exited(1));
    await house.answer('a', 'q');
    await house.start('a');
    await body(house);
  });

test(
  'a later run that asks the same gets what was answered and listed in its own answers file',
  laterRun(async (house) => {
    assert.equal(house.item('q').answer?.given_to, 2);
    const { result } = await house.ask('a', 'q2', PORT);
    assert.deepEqual([result, ids(house), house.item('q').run], [{ item: 'q' }, ['q'], 2]);
  }),
);

test(
  'a later run attaches to what is still open, however it came to be live',
  running(async (house) => {
    await house.ask('a', 'q', PORT);
    await house.end('a', exited(1));
    const { state } = house.store;
    const second = { number: 2, phase: 'PLAN', agent: 'shell', marker: 'm' };
    const event = {
      type: 'run.started',
      unit: 0,
      data: second,
      seq: state.seq + 1,
      at: '',
      by: DAEMON,
    } as const;
    const { changes, result } = ask(reduce(state, event), asking('a', 'q2', { ...PORT, run: 2 }));
    assert.deepEqual(result, { item: 'q' });
    assert.deepEqual(
      changes.map(({ type }) => type),
      ['item.attached'],
    );
  }),
);

test(
  'what an earlier run has used is asked anew',
  laterRun(async (house) => {
    await house.confirm('a', 'q', 2);
    await house.end('a', exited(1));
    await house.retry('a');
    await house.start('a');
    const { result } = await house.ask('a', 'q3', PORT);
    assert.deepEqual([result, ids(house).includes('q3')], [{ item: 'q3' }, true]);
  }),
);

test(
  'what was given to a run that fell is found by asking the same again, however many fell',
  laterRun(async (house) => {
    for (const outcome of [exited(1), { exit: 'vanished' }, exited(2)] as const) {
      await house.end('a', outcome);
      await house.retry('a');
      await house.start('a');
    }
    const { result } = await house.ask('a', 'q3', PORT);
    assert.deepEqual([result, house.item('q').run, house.item('q').answer?.given_to], [{ item: 'q' }, 5, 5]);
  }),
);

test(
  'outside of runs the same question finds what was asked from there, and not the answer to an agent',
  running(async (house) => {
    const outside = { ...PORT, run: null, asked_by: 'somebody at a terminal' };
    await house.ask('a', 'q', PORT);
    assert.deepEqual((await house.ask('a', 'r', outside)).result, { item: 'r' });
    await house.answer('a', 'r');
    assert.deepEqual((await house.ask('a', 's', outside)).result, { item: 'r' });
    await house.confirm('a', 'r');
    assert.deepEqual((await house.ask('a', 't', outside)).result, { item: 't' });
    assert.equal(house.item('q').answer, null);
  }),
);

for (const [what, more] of [
  ['another prompt', { prompt: 'Which host?' }],
  ['other options', { ...PORT, options: [{ id: 'x', label: 'X', description: '' }] }],
] as const)
  test(
    `a later run that asks with ${what} asks anew`,
    laterRun(async (house) => {
      assert.deepEqual((await house.ask('a', 'q2', more)).result, { item: 'q2' });
    }),
  );

test(
  'in another phase the same words are another question',
  running(async (house) => {
    await house.ask('a', 'q', PORT);
    await house.answer('a', 'q');
    await house.confirm('a', 'q', 1);
    await house.end('a');
    await house.start('a');
    assert.deepEqual((await house.ask('a', 'q2', PORT)).result, { item: 'q2' });
  }),
);

test(
  'what was withdrawn is asked anew',
  running(async (house) => {
    await house.ask('a', 'q', PORT);
    await house.withdraw('a', 'q');
    await house.end('a', exited(1));
    await house.retry('a');
    await house.start('a');
    assert.deepEqual((await house.ask('a', 'q2', PORT)).result, { item: 'q2' });
  }),
);

test(
  'a second equal ask in the same run waits for the same answer, until that was delivered',
  running(async (house) => {
    await house.ask('a', 'q', PORT);
    assert.deepEqual((await house.ask('a', 'r', PORT)).result, { item: 'q' });
    await house.answer('a', 'q');
    assert.deepEqual((await house.ask('a', 's', PORT)).result, { item: 'q' });
    await house.confirm('a', 'q', 1);
    assert.deepEqual((await house.ask('a', 't', PORT)).result, { item: 't' });
    assert.deepEqual(ids(house), ['q', 't']);
  }),
);

test(
  'it is a new one after the first one in this run found an earlier answer, and has it',
  laterRun(async (house) => {
    await house.ask('a', 'q2', PORT);
    await house.confirm('a', 'q', 2);
    assert.deepEqual((await house.ask('a', 'q3', PORT)).result, { item: 'q3' });
  }),
);

test(
  'an ask repeated after a lost reply finds the item that it was attached to',
  laterRun(async (house) => {
    const first = await house.ask('a', 'q2', PORT);
    const again = await house.ask('a', 'q2', PORT);
    assert.deepEqual(again.result, first.result);
    assert.deepEqual(ids(house), ['q']);
  }),
);

const until = (minute: number) => ({ until: `2026-01-05T09:${minute}:00.000Z`, after: 'here' }) as const;

test(
  'how long the asker waits is kept, and renewed by whoever asks again, under the same key or another',
  running(async (house) => {
    await house.ask('a', 'q', { ...PORT, asker_waits: until(10) });
    assert.deepEqual(house.item('q').asker_waits, until(10));
    const { seq } = house.store.state;
    await house.ask('a', 'q', { ...PORT, asker_waits: until(10) });
    assert.equal(house.store.state.seq, seq, 'the same call, sent again');
    await house.ask('a', 'q', { ...PORT, asker_waits: until(20) });
    assert.deepEqual(house.item('q').asker_waits, until(20));
    await house.ask('a', 'q2', { ...PORT, asker_waits: until(30) });
    assert.deepEqual(house.item('q').asker_waits, until(30));
    await house.ask('a', 'q3', PORT);
    assert.equal(house.item('q').asker_waits, null, 'for as long as it takes');
    await house.answer('a', 'q');
    await house.ask('a', 'q', { ...PORT, asker_waits: until(40) });
    assert.equal(house.item('q').asker_waits, null, 'answered, nobody waits');
  }),
);

test(
  'a run that has ended may not ask',
  running(async (house) => {
    await house.end('a', exited(1));
    await refused(house.ask('a', 'q', { run: 1 }), 'conflict', /Run 1 of a has ended/);
    await house.retry('a');
    await house.start('a');
    await refused(house.ask('a', 'q', { run: 1 }), 'conflict', /Run 1 of a has ended/);
    await refused(house.ask('a', 'q', { run: 3 }), 'conflict', /Run 3/);
  }),
);

test(
  'a unit that is DONE may not be asked about',
  inHouse(async (house) => {
    await house.add(spec('a'));
    await house.close('a');
    await refused(house.ask('a', 'q'), 'conflict', /done: nobody would read/);
  }),
);

test(
  'the words of the asker are kept whole',
  running(async (house) => {
    const said = {
      prompt: 'Which?\n<b>&amp;</b> 🚦',
      context: [{ label: 'diff', text: '+1\n-1' }],
      options: [{ id: 'x', label: 'X "quoted"', description: 'd' }],
      multiple: true,
      allows_text: false,
    };
    await house.ask('a', 'q', said);
    house.reopen();
    const { prompt, context, options, multiple, allows_text } = house.item('q');
    assert.deepEqual({ prompt, context, options, multiple, allows_text }, said);
  }),
);

test(
  'an asker outlives the daemon: the item is the same after a restart',
  running(async (house) => {
    await house.ask('a', 'q', PORT);
    const before = house.item('q');
    house.reopen();
    assert.deepEqual(house.item('q'), before);
    assert.deepEqual((await house.ask('a', 'q', PORT)).result, { item: 'q' });
  }),
);

test(
  'an ask cannot take the place of what the daemon itself asks',
  inHouse(async (house) => {
    await house.add(spec('a'));
    await house.start('a');
    await house.end('a', exited(1));
    const [stuck] = house.work('a').items;
    await refused(
      house.ask('a', stuck?.id ?? '', { run: null, prompt: 'Harmless?' }),
      'conflict',
      /that nobody asked/,
    );
    assert.deepEqual(house.work('a').items, [stuck]);
  }),
);

const DECISION = { ...PORT, kind: 'decision' as const, context: [{ label: 'Command', text: 'make' }] };

test(
  'a permission may be answered in words, and is a decision all the same',
  running(async (house) => {
    await house.ask('a', 'q', DECISION);
    assert.deepEqual([house.item('q').kind, house.item('q').allows_text], ['decision', true]);
  }),
);

test(
  'a permission is never taken for one about something else, whatever its words are',
  running(async (house) => {
    await house.ask('a', 'q', DECISION);
    const same = await house.ask('a', 'again', DECISION);
    assert.deepEqual(same.result, { item: 'q' });
    const other = await house.ask('a', 'other', {
      ...DECISION,
      context: [{ label: 'Command', text: 'rm -rf .' }],
    });
    assert.deepEqual([other.result, ids(house)], [{ item: 'other' }, ['q', 'other']]);
  }),
);
