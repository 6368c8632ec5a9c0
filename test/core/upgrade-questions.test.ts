/** What schema 11 kept in sentences is taken over as codes: what is kept today, written as it was, comes back. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import Sqlite from 'better-sqlite3';
import { DAEMON } from '../../server/domain/actors.ts';
import { reduce } from '../../server/domain/reduce.ts';
import { EMPTY } from '../../server/domain/state.ts';
import { Db } from '../../server/store/sqlite.ts';
import { rivalOf } from '../../shared/daemon-questions.ts';
import type { Change } from '../../shared/events.ts';
import type { NeverBegan } from '../../shared/reason-words.ts';
import { inHistories } from './random-commands.ts';
import { asSchema11, withoutLost as normal } from './schema-11.ts';
import { inHouse, type StoreFixture, spec, storeOn } from './store-fixture.ts';

const keptIn = (house: StoreFixture) => ({
  works: normal([...house.store.state.works]),
  log: normal(house.log()),
});

function takeOver(house: StoreFixture): void {
  house.journal.settle();
  house.db.close();
  const sqlite = new Sqlite(house.path);
  asSchema11(sqlite);
  sqlite.close();
  house.db = Db.open(house.path);
  house.store = storeOn(house.db);
}

const BEGAN_NOT: readonly NeverBegan[] = [
  { code: 'wrapper-ended', detail: '' },
  { code: 'agent-not-trusted', detail: 'mine' },
  { code: 'answers-too-long', detail: '{prompt}' },
  { code: 'argument-too-long', detail: '{goal}' },
  { code: 'prompt-file-missing', detail: "it's/a.md" },
  { code: 'prompt-file-outside', detail: 'a.md' },
  { code: 'prompt-file-too-large', detail: 'a.md' },
  { code: 'cannot-start', detail: 'spawn ENOENT "it\'s"' },
];

/** Everything that random commands do not do. */
async function more(house: StoreFixture): Promise<void> {
  const say = (...changes: Change[]) => house.commit(() => ({ changes }), DAEMON);
  await house.add(spec('m'), spec('n'));
  const unit = house.work('m').unit.id;
  for (const [nth, reason] of BEGAN_NOT.entries()) {
    const [number, phase] = [nth + 1, 'IMPLEMENT'];
    const outcome = { exit: 'never-began', ...reason } as const;
    await say(
      { type: 'run.started', unit, data: { number, phase, agent: 'shell', marker: 'm' } },
      { type: 'run.ended', unit, data: { number, outcome } },
    );
    const about = { code: 'run-ended', outcome, refused: [], lines: `it's "${nth}"` } as const;
    const data = { id: `e${nth}`, kind: 'stuck', phase, run: number, asked_by: 'signalbox', about } as const;
    await say({ type: 'item.asked', unit, data });
  }
  const shown = { prompt: 'What now?', context: [{ label: 'Git', text: "it's" }], options: [] };
  const asked = { phase: 'MERGE', run: 1, asked_by: 'signalbox' };
  for (const code of ['worktree', 'snapshot', 'merge'] as const)
    await say({
      type: 'item.asked',
      unit,
      data: { ...asked, id: code, kind: 'stuck', about: { code, shown } },
    });
  const review = { code: 'merge-review', shown } as const;
  await say({ type: 'item.asked', unit, data: { ...asked, id: 'r', kind: 'review', about: review } });
  const changed = { ...review, shown: { ...shown, prompt: 'And now?' } };
  await say({ type: 'item.changed', unit, data: { id: 'r', about: changed } });
  const codes = ['changed-files', 'git-conflicts', 'operator'] as const;
  for (const code of codes) {
    const found = { verdict: 'SERIALIZE', confidence: 1, code, text: '' } as const;
    const files = { overlapping_files: ['a', 'b'], overlapping_symbols: [], overlapping_lines: '' };
    const data = { ...found, ...files, with: unit + 1, decided_by: 'analysis' } as const;
    await say({ type: 'conflict.judged', unit, data });
    const about = {
      code: 'rivals',
      chunk: 'm',
      rivals: [rivalOf({ id: unit + 1, chunk: 'n' }, data)],
    } as const;
    const first = { id: 'c', kind: 'conflict', phase: 'IMPLEMENT', run: 1, asked_by: 'signalbox' } as const;
    if (code === codes[0]) await say({ type: 'item.asked', unit, data: { ...first, about } });
    else await say({ type: 'item.changed', unit, data: { id: 'c', about } });
  }
}

test('what schema 11 kept as sentences is taken over as codes, in tables and log', async () => {
  const seen = new Set<string>();
  await inHistories({ runs: 4, length: 700 }, async (house) => {
    await more(house);
    for (const { type, data } of house.log()) {
      if ('about' in data && data.about) seen.add(`${type} ${data.about.code}`);
      if (type === 'conflict.judged') seen.add(data.code);
    }
    const before = keptIn(house);
    takeOver(house);
    const after = keptIn(house);
    assert.deepEqual(after, before);
    assert.deepEqual(normal([...house.log().reduce(reduce, EMPTY).works]), after.works);
  });
  const questions = [
    'phase-review',
    'run-ended',
    'run-late',
    'worktree',
    'snapshot',
    'merge',
    'rivals',
    'merge-review',
  ];
  const reasons = ['reported', 'operator', 'declared-files', 'changed-files', 'git-conflicts'];
  const all = [
    ...questions.map((code) => `item.asked ${code}`),
    'item.changed rivals',
    'item.changed merge-review',
    ...reasons,
  ];
  assert.deepEqual(
    all.filter((each) => !seen.has(each)),
    [],
  );
});

test(
  'what a report overrode keeps its words, where only words were kept',
  inHouse(async (house) => {
    await house.add(spec('x', { external: true }));
    const why = { code: 'earlier', text: "waits for it's" } as const;
    const override = { status: 'BLOCKED', why } as const;
    const data = { number: 1, phase: 'IMPLEMENT', agent: 'external', marker: '', override };
    await house.commit(() => ({ changes: [{ type: 'run.started', unit: 0, data }] }), DAEMON);
    const before = house.log();
    takeOver(house);
    assert.deepEqual(house.log(), before);
  }),
);
