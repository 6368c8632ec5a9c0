/** What units changed in their worktrees, and what becomes of that. */
import { z } from 'zod';
import { problemWords } from '../../shared/work-problem-sentences.ts';
import type { UnitWork } from '../../shared/work-words.ts';
import { MERGE_STRATEGIES } from '../../shared/work-words.ts';
import { changesOf } from '../board/board-rows.ts';
import { addComment, removeComment } from '../domain/commands/comments.ts';
import { mergeUnit } from '../domain/commands/merge.ts';
import { workOf } from '../domain/lookup.ts';
import { conflict } from '../domain/refusal.ts';
import { exists, isOver, type State } from '../domain/state.ts';
import { newId } from '../system/new-id.ts';
import { patchOf } from '../work/patch.ts';
import { readDiff } from '../work/read-diff.ts';
import { WorkRefused } from '../work/refused.ts';
import { findRepository } from '../work/repository.ts';
import { commit } from './commit.ts';
import { chunk, item, key, words } from './fields.ts';
import { nothing } from './inputs.ts';
import { type Context, operator, reader, t } from './procedures.ts';

const commitId = z.string().regex(/^[0-9a-f]{40,64}$/, 'The id of a commit, in full.');
const HOW = ['default', ...MERGE_STRATEGIES, 'leave', 'discard'] as const;

const diff = z.strictObject({
  chunk,
  /** The exact name of one file; else all. */
  file: z.string().min(1).max(20_000).nullable().default(null),
  page: z.number().int().min(1).max(1_000_000).default(1),
});
const merge = z.strictObject({
  chunk,
  snapshot: commitId,
  how: z.enum(HOW, `One of ${HOW.join(', ')}.`).default('default'),
  key: key.optional(),
});
const comment = z.strictObject({
  chunk,
  snapshot: commitId,
  file: z.string().min(1, 'Name a file.').max(20_000),
  side: z.enum(['old', 'new'], 'One of old, new.'),
  line: z.number('A number.').int().min(1, 'Lines are counted from 1.').max(1_000_000_000),
  words: words(4000),
  key: key.optional(),
});
const uncomment = z.strictObject({ chunk, id: item, key: key.optional() });
/** What is done twice is done once: the key is taken, and not needed. */
const one = z.strictObject({ chunk, key: key.optional() });
/** Of what is removed for good. */
const prune = z.strictObject({ ...one.shape, dry_run: z.boolean().default(false) });

export const work = t.router({
  /** A page of what a unit has changed. */
  diff: reader.input(diff).query(({ ctx, input }) =>
    refusing(async () => {
      const { file, page } = input;
      const { from, commit } = await snapshotOf(ctx, input.chunk);
      const repository = await findRepository(ctx.about.project);
      return readDiff({ repository, from, to: commit, query: { file, page } });
    }),
  ),
  /** All of it, as `git apply` takes it. */
  patch: reader.input(one).query(({ ctx, input }) =>
    refusing(async () => {
      const { from, commit } = await snapshotOf(ctx, input.chunk);
      const patch = await patchOf(await findRepository(ctx.about.project), from, commit);
      if (patch === null)
        throw conflict(
          'too-large',
          `What ${input.chunk} changed is too much for one answer. Ask git: git diff ${from} ${commit}`,
        );
      return { from, to: commit, patch };
    }),
  ),
  merge: operator.input(merge).mutation(({ ctx, input }) => {
    const { key, ...what } = input;
    return commit(
      ctx,
      (state, at) => mergeUnit(state, what, { at, release_due: at, key: key ?? null }),
      input,
    );
  }),
  comment: operator.input(comment).mutation(({ ctx, input }) => {
    const { key, ...said } = input;
    const id = newId().slice(0, 12);
    return commit(ctx, (state) => addComment(state, { id, ...said }), input);
  }),
  uncomment: operator
    .input(uncomment)
    .mutation(({ ctx, input }) => commit(ctx, (state) => removeComment(state, input), input)),
  list: reader.input(nothing).query(({ ctx }) => worktreesIn(ctx.store.state)),
  prune: operator.input(prune).mutation(({ ctx, input }) =>
    refusing(async () => {
      const unit = overUnit(ctx, input.chunk);
      const { outlook, prune } = ctx.worktrees;
      return { dry_run: input.dry_run, ...(await (input.dry_run ? outlook(unit) : prune(unit))) };
    }),
  ),
  restore: operator.input(one).mutation(({ ctx, input }) =>
    refusing(async () => {
      await ctx.worktrees.restore(overUnit(ctx, input.chunk));
      return { path: workFacts(ctx.store.state, input.chunk).path };
    }),
  ),
  forget: operator.input(prune).mutation(({ ctx, input: { chunk, dry_run } }) =>
    refusing(async () => {
      const refs = await ctx.worktrees.forget(overUnit(ctx, chunk), dry_run);
      return { forgotten: !dry_run, dry_run, refs };
    }),
  ),
});

/** What git cannot do is a refusal that its caller can read. */
async function refusing<T>(act: () => Promise<T>): Promise<T> {
  try {
    return await act();
  } catch (error) {
    throw error instanceof WorkRefused ? conflict('git-refused', problemWords(error.problem)) : error;
  }
}

function workFacts(state: State, chunk: string): UnitWork {
  const { work } = workOf(state, chunk).unit;
  if (!work) throw conflict('no-worktree', `${chunk} has no worktree.`);
  return work;
}

async function snapshotOf({ store }: Context, chunk: string) {
  const { snapshot } = workFacts(await store.stateWith(chunk), chunk);
  if (!snapshot) throw conflict('no-changes', `Nothing is known yet of what ${chunk} has changed.`);
  return snapshot;
}

function overUnit({ store }: Context, chunk: string): number {
  const work = workOf(store.state, chunk);
  workFacts(store.state, chunk);
  if (!isOver(work)) throw conflict('unit-not-done', `${chunk} is not done: its worktree is still needed.`);
  return work.unit.id;
}

/** A worktree as `signalbox worktree ls` shows it. */
function worktreesIn(state: State) {
  return [...state.works].flatMap((each) => {
    const { chunk, work } = each.unit;
    if (!work || !exists(each)) return [];
    const { path, branch, base, made_at, pruned_at, kept, end } = work;
    return [
      {
        chunk,
        path,
        branch,
        base,
        made_at,
        pruned_at,
        kept,
        changes: changesOf(each),
        end: end?.how ?? null,
      },
    ];
  });
}
