import { invalid } from '../refusal.ts';
import { agentNamed, isTaken, type State } from '../state.ts';
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
  /** As the agent calls them; undefined: as its definition says. */
  readonly mode?: string | undefined;
  readonly model?: string | undefined;
  readonly budget_usd?: number | undefined;
}

/** Adds one unit that a trusted agent carries out. Unlike in a plan, what it waits for must exist already. */
export function createUnit(state: State, input: NewUnit): Decision<{ chunks: readonly string[] }> {
  const { agent, goal, priority, worktree, base, mode, model, budget_usd } = input;
  const after = [...new Set(input.after)];
  const unknown = after.find((chunk) => !isTaken(state, chunk));
  if (unknown !== undefined) throw invalid('after', `There is no unit called ${unknown} to wait for.`);
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
      ...(mode !== undefined && { mode }),
      ...(model !== undefined && { model }),
      ...(budget_usd !== undefined && { budget_usd }),
    },
  ]);
}
