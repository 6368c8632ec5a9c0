/** Makes the procedures that change one unit. */
import type { z } from 'zod';
import type { AnyDecision } from '../domain/commands/decision.ts';
import type { State } from '../domain/state.ts';
import { commit, commitOrPreview, type Sent } from './commit.ts';
import { operator } from './procedures.ts';

/** A mutation on one unit: its input schema and its command. */
export const steering = <Input extends { chunk: string } & Sent, Given, Result extends object>(
  input: z.ZodType<Input, Given>,
  decide: (state: State, input: Input) => AnyDecision<Result>,
) =>
  operator
    .input(input)
    .mutation(({ ctx, input }) => commit(ctx, (state) => decide(state, input as Input), input as Input));

/** The same, of what cannot be taken back: with `dry_run` it only says what would be recorded. */
export const ending = <Input extends { chunk: string } & Sent, Given>(
  input: z.ZodType<Input, Given>,
  decide: (state: State, input: Input) => AnyDecision<object>,
) =>
  operator.input(input).mutation(({ ctx, input: given }) => {
    const input = given as Input;
    return commitOrPreview(ctx, (state) => decide(state, input), input);
  });
