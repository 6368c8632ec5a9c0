/** New units from a few fields, or from a pasted plan: as the page adds them. */
import { z } from 'zod';
import { AGENT } from '../../shared/agent-words.ts';
import { LONGEST_SEARCH } from '../../shared/query.ts';
import { createUnit } from '../domain/commands/create-unit.ts';
import { addUnits } from '../domain/commands/units.ts';
import { suggestName } from '../domain/unit-name.ts';
import { commit } from './commit.ts';
import { chunk, key, priority, words } from './fields.ts';
import { readPlanText } from './plan-text.ts';
import { operator, refuseCommands, viewer } from './procedures.ts';

/** As many as one looks through. */
const MOST_FOUND = 20;

const goal = words(20_000);

const create = z.strictObject({
  chunk: chunk.optional(),
  agent: z.string().regex(AGENT, 'Choose an agent.'),
  goal: goal.refine((text) => text.trim() !== '', 'Say what it is to do.'),
  after: z.array(chunk).max(1000).default([]),
  priority: priority.default(0),
  review: z.boolean().default(false),
  worktree: z.boolean().optional(),
  base: words(250).min(1).optional(),
  key: key.optional(),
});

export const newUnits = {
  /** One unit of a trusted agent, named by its goal unless it is given a name. */
  create: operator.input(create).mutation(({ ctx, input }) => {
    const { key: _, ...unit } = input;
    return commit(ctx, (state) => createUnit(state, unit), input);
  }),
  /** All units of a plan, given as text, or none. */
  plan: operator
    .input(z.strictObject({ text: z.string(), key: key.optional() }))
    .mutation(({ ctx, input }) => {
      const specs = readPlanText(input.text);
      refuseCommands(ctx, specs);
      return commit(ctx, (state) => addUnits(state, specs), input);
    }),
  /** Some units by a part of their name or title, the nearest first: for a list that completes what is typed. */
  find: viewer
    .input(z.strictObject({ q: z.string().max(LONGEST_SEARCH).default('') }))
    .query(({ ctx, input }) =>
      ctx.boardFeed
        .find(input.q.trim(), MOST_FOUND)
        .map(({ chunk, title, status, why }) => ({ chunk, title, status, why })),
    ),
  /** The free name that a goal suggests now. */
  name: viewer
    .input(z.strictObject({ goal }))
    .query(({ ctx, input }) => ({ chunk: suggestName(ctx.store.state, input.goal) })),
};
