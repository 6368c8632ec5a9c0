/** The last step of a unit with a change set, as facts: asked, approved, sent back, rebased, merged, left. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { addComment, removeComment } from '../../server/domain/commands/comments.ts';
import {
  endMerge,
  isApproved,
  mergeUnit,
  planMerge,
  refuseMerge,
} from '../../server/domain/commands/merge.ts';
import { askConflict, askReview, refreshReview } from '../../server/domain/commands/merge-questions.ts';
import { endRun } from '../../server/domain/commands/runs.ts';
import { planWorktree, snapshotTaken, worktreeMade } from '../../server/domain/commands/work.ts';
import { phaseOf } from '../../server/domain/state.ts';
import type { SnapshotTaken } from '../../shared/work-words.ts';
import { DAEMON, exited, inHouse, refused, type StoreFixture, spec } from './store-fixture.ts';

const id = (digit: string): string => digit.repeat(40);
const [BASE, ONE, TWO] = [id('a'), id('1'), id('2')];
const snapshot = (commit: string, files = 1): SnapshotTaken => ({
  commit,
  from: BASE,
  files,
  added: files,
  deleted: 0,
  nested: [],
  unsaved: [],
});

/** A unit in a worktree; its setup, where there is one, is still to run. */
async function inWorktree(house: StoreFixture, phases = ['IMPLEMENT'], setup: string | null = null) {
  await house.add(spec('a', { phases, worktree: true }));
  const unit = house.work('a').unit.id;
  const planned = { unit, branch: 'signalbox/a', base: 'main', base_commit: BASE, path: '/work/0-a' };
  await house.commit((state) => planWorktree(state, planned), DAEMON);
  const made = {
    unit,
    copied: [],
    linked: [],
    setup: setup === null ? null : { command: setup, limit: 60 },
    not_brought: [],
  };
  await house.commit((state) => worktreeMade(state, made), DAEMON);
}

/** A run ends, and this is in the worktree then. */
async function ran(house: StoreFixture, taken: SnapshotTaken = snapshot(ONE)): Promise<void> {
  await house.start('a');
  const { unit, number: run } = house.lastRun('a');
  const input = { unit, run, outcome: exited(0), lines: '', key: `end-${run}`, work: { snapshot: taken } };
  await house.commit((state, at) => endRun(state, { ...input, at }), DAEMON);
}

const question = (house: StoreFixture, key: string, conflicts = false) => ({
  unit: house.work('a').unit.id,
  snapshot: house.work('a').unit.work?.snapshot?.commit ?? '',
  changes: {
    stat: { files: 1, added: 1, deleted: 0 },
    base_moved: conflicts ? 1 : 0,
    commits: [],
    commit_count: 0,
    conflicts: [],
    rebase: { in_progress: false, unmerged: [], markers: [] },
    unsaved: [],
  },
  conflicts,
  key,
});
const asked = (house: StoreFixture, key = 'review', conflicts = false) =>
  house.commit((state) => askReview(state, question(house, key, conflicts)), DAEMON);
const optionsOf = (house: StoreFixture, item: string) => house.item(item).options.map((each) => each.id);
const merged = (house: StoreFixture, how: 'default' | 'leave' | 'squash' = 'default', commit = ONE) =>
  house.commit((state, at) =>
    mergeUnit(state, { chunk: 'a', snapshot: commit, how }, { at, release_due: at, key: null }),
  );

/** A unit whose review is open. */
const reviewed = (body: (house: StoreFixture) => unknown) =>
  inHouse(async (house) => {
    await inWorktree(house);
    await ran(house);
    await asked(house);
    return body(house);
  });

test(
  'a unit that must have a worktree starts no run before it is there',
  inHouse(async (house) => {
    await house.add(spec('a', { worktree: true }));
    await refused(house.start('a'), 'conflict', /no folder/);
    assert.equal(house.status('a'), 'READY');
  }),
);

test(
  'a setup is a run of its own before the first phase, and uses up no answer',
  inHouse(async (house) => {
    await inWorktree(house, ['IMPLEMENT'], 'npm ci');
    assert.equal(phaseOf(house.work('a')), 'SETUP');
    await house.start('a');
    assert.equal(house.lastRun('a').phase, 'SETUP');
    await house.end('a', exited(1));
    assert.equal(house.said('a').why, 'stuck');
    await house.answer('a', 'stuck-a-1', { options: ['retry'], text: 'Use node 22.' });
    await ran(house, snapshot(ONE, 0));
    assert.equal(phaseOf(house.work('a')), 'IMPLEMENT');
    assert.equal(house.item('stuck-a-1').delivery, null);
    await house.start('a');
    assert.equal(house.item('stuck-a-1').answer?.given_to, 3);
    await house.end('a', exited(1));
    assert.equal(house.work('a').unit.finished, 0);
  }),
);

test(
  'without a change set the last phase makes it DONE; with one it waits to be merged',
  inHouse(async (house) => {
    await inWorktree(house);
    await ran(house, snapshot(BASE, 0));
    assert.equal(house.status('a'), 'DONE');
  }),
);

test(
  'merging, a unit is not DONE and starts no run; what waits for it starts on merged work',
  inHouse(async (house) => {
    await inWorktree(house);
    await house.add(spec('b', { after: ['a'] }));
    await ran(house);
    assert.deepEqual([house.status('a'), phaseOf(house.work('a'))], ['READY', 'MERGE']);
    await refused(house.start('a'), 'conflict', /no folder/);
    assert.equal(house.status('b'), 'BLOCKED');
    await house.commit((state) => endMerge(state, { unit: 0, how: 'merged' }), DAEMON);
    assert.deepEqual([house.status('a'), house.status('b')], ['DONE', 'READY']);
  }),
);

test(
  'an approval is of the snapshot that was seen',
  reviewed(async (house) => {
    await house.answer('a', 'review', { options: ['approve'] });
    assert.equal(isApproved(house.work('a')), true);
    await house.commit((state) => snapshotTaken(state, { unit: 0, snapshot: snapshot(TWO, 2) }), DAEMON);
    assert.equal(isApproved(house.work('a')), false);
    await refused(merged(house), 'conflict', /has changed since you looked/);
  }),
);

test(
  'other work withdraws the question about the work before',
  reviewed(async (house) => {
    await house.commit((state) => snapshotTaken(state, { unit: 0, snapshot: snapshot(TWO, 2) }), DAEMON);
    assert.equal(house.item('review').withdrawal?.code, 'work-changed');
    const { seq } = house.store.state;
    await house.commit((state) => snapshotTaken(state, { unit: 0, snapshot: snapshot(TWO, 2) }), DAEMON);
    assert.equal(house.store.state.seq, seq, 'the same again is no event');
  }),
);

test(
  'a card that says the same is left; one that says another merge is a new version',
  reviewed(async (house) => {
    await house.commit((state) => refreshReview(state, question(house, 'x')), DAEMON);
    assert.equal(house.item('review').version, 1);
    await house.commit((state) => refreshReview(state, question(house, 'x', true)), DAEMON);
    assert.equal(house.item('review').version, 2);
    // A command cannot resolve a conflict: nobody is offered to do it.
    assert.deepEqual(optionsOf(house, 'review'), ['send-back', 'leave', 'discard']);
    await refused(merged(house), 'conflict', /does not merge as it is/);
  }),
);

test(
  'sent back, the comments on lines go along with the words, once',
  reviewed(async (house) => {
    const line = { chunk: 'a', snapshot: ONE, file: 'x.ts', side: 'new' as const, line: 3 };
    await house.commit((state) => addComment(state, { ...line, id: 'c1', words: 'Why?' }));
    await house.commit((state) => addComment(state, { ...line, id: 'c2', words: 'No.', side: 'old' }));
    await house.commit((state) => removeComment(state, { chunk: 'a', id: 'c1' }));
    // Without words of its own: the comment says what is missing.
    await house.answer('a', 'review', { options: ['send-back'], text: '' });
    assert.equal(house.item('review').answer?.text, 'x.ts:3 (before): No.');
    assert.deepEqual([house.status('a'), phaseOf(house.work('a'))], ['READY', 'IMPLEMENT']);
    assert.deepEqual(house.work('a').unit.work?.comments, []);
    await ran(house, snapshot(TWO));
    assert.equal(house.item('review').delivery?.to, 2);
    assert.equal(phaseOf(house.work('a')), 'MERGE');
  }),
);

test(
  'sent back, the work goes on in IMPLEMENT where there is such a phase',
  inHouse(async (house) => {
    await inWorktree(house, ['PLAN', 'IMPLEMENT', 'REVIEW']);
    for (let nth = 0; nth < 3; nth += 1) await ran(house);
    await asked(house);
    await house.answer('a', 'review', { options: ['send-back'], text: 'Again.' });
    assert.equal(phaseOf(house.work('a')), 'IMPLEMENT');
  }),
);

test(
  'left or discarded by a command, the open question is answered by it',
  reviewed(async (house) => {
    await merged(house, 'leave');
    assert.deepEqual(house.item('review').answer?.options, ['leave']);
    assert.equal(house.work('a').unit.work?.end?.how, 'left');
    assert.equal(house.status('a'), 'DONE');
    await refused(merged(house), 'conflict', /nothing to merge/);
  }),
);

test(
  'a strategy that was named stays, whatever the answer to the item would say',
  reviewed(async (house) => {
    await merged(house, 'squash');
    assert.deepEqual(house.work('a').unit.work?.approved, { snapshot: ONE, strategy: 'squash' });
    assert.deepEqual(house.item('review').answer?.options, ['approve']);
  }),
);

test(
  'a base that cannot be moved is asked about; tried again, it is planned anew',
  reviewed(async (house) => {
    await house.answer('a', 'review', { options: ['approve'] });
    const plan = { old: BASE, new: TWO, snapshot: ONE, strategy: 'merge' as const };
    await house.commit((state) => planMerge(state, { unit: 0, ...plan }), DAEMON);
    const refused = { refused: 'files-in-the-way', folder: '/p', files: ['x.ts'], words: '' } as const;
    const problem = { ...refused, operation: null };
    const refusal = { unit: 0, branch: 'main', problem, key: 'no', isAsked: true };
    await house.commit((state) => refuseMerge(state, refusal), DAEMON);
    assert.match(house.item('no').context[0]?.text ?? '', /In \/p .*would overwrite:\nx\.ts/);
    assert.deepEqual([house.item('no').kind, house.item('no').code], ['stuck', 'merge']);
    assert.equal(house.work('a').unit.work?.merge, null);
    await house.answer('a', 'no', { options: ['retry'] });
    assert.deepEqual([house.status('a'), isApproved(house.work('a'))], ['READY', true]);
  }),
);

test(
  'handed to its agent, it is rebased, and then to be merged again',
  inHouse(async (house) => {
    const agent = { name: 'ag', command: ['ag'], env: [], phases: ['IMPLEMENT'], prompts: {} };
    const trusted = { digest: 'd', agents: [{ ...agent, interrupt: null, resume: null }] };
    const { work } = house.store.state.trusted;
    await house.commit(() => ({
      changes: [{ type: 'agents.trusted', unit: -1, data: { ...trusted, work } }],
    }));
    await house.add(spec('a', { agent: 'ag' }));
    const planned = { unit: 0, branch: 'b', base: 'main', base_commit: BASE, path: '/p' };
    await house.commit((state) => planWorktree(state, planned), DAEMON);
    await house.commit(
      (state) => worktreeMade(state, { unit: 0, copied: [], linked: [], setup: null, not_brought: [] }),
      DAEMON,
    );
    await ran(house);
    await house.commit((state) => askConflict(state, question(house, 'conflict', true)), DAEMON);
    assert.deepEqual(optionsOf(house, 'conflict'), ['retry', 'rebase', 'leave']);
    await house.answer('a', 'conflict', { options: ['rebase'] });
    assert.equal(phaseOf(house.work('a')), 'REBASE');
    await ran(house, snapshot(TWO));
    assert.equal(house.lastRun('a').phase, 'REBASE');
    assert.deepEqual([phaseOf(house.work('a')), house.work('a').unit.finished], ['MERGE', 1]);
  }),
);
