import { invalid } from '../refusal.ts';
import { agentNamed, findWork, type State } from '../state.ts';
import { suggestName } from '../unit-name.ts';
import type { Decision } from './decision.ts';
import { addUnits } from './units.ts';

/** A unit as a person describes it in a few words. */
export interface NewUnit {
  /** Undefined: the name that the goal suggests. */
  readonly chunk?: string | undefined;
  readonly agent: string;
  readonly goal: string;
  readonly after: readonly string[];
  readonly priority: number;
  /** Whether the operator must agree to each of its phases. */
  readonly review: boolean;
  /** Undefined: as units of agents do. */
  readonly worktree?: boolean | undefined;
  readonly base?: string | undefined;
}

/** Adds one unit that a trusted agent carries out. What it waits for must exist: here a strange name is a slip. */
export function createUnit(state: State, input: NewUnit): Decision<{ chunks: readonly string[] }> {
  const { agent, goal, priority, worktree, base } = input;
  const after = [...new Set(input.after)];
  const strange = after.find((chunk) => !findWork(state, chunk));
  if (strange !== undefined) throw invalid('after', `There is no unit called ${strange} to wait for.`);
  if (worktree === false && base !== undefined)
    throw invalid('base', 'Only work in a worktree returns to a branch. Leave the branch empty.');
  const phases = agentNamed(state, agent)?.phases ?? [];
  return addUnits(state, [
    {
      chunk: input.chunk ?? suggestName(state, goal),
      title: '',
      goal,
      steps: [],
      agent,
      after,
      env: [],
      priority,
      paths: [],
      external: false,
      review: input.review ? phases : [],
      retry: null,
      time_limit: null,
      worktree: worktree ?? null,
      base: base ?? null,
      merge: null,
    },
  ]);
}
