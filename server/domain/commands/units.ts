import type { UnitSpec } from '../../../shared/words.ts';
import { cycleThrough, cycleWords } from '../cycle.ts';
import { invalid, Refusal } from '../refusal.ts';
import { agentNamed, findWork, type State } from '../state.ts';
import type { Decision } from './decision.ts';

/** Adds units, all or none. A unit that exists with equal facts is left as it is. */
export function addUnits(state: State, specs: readonly UnitSpec[]): Decision<{ chunks: readonly string[] }> {
  const named = new Map<string, UnitSpec>();
  for (const spec of specs) {
    const there = findWork(state, spec.chunk)?.unit.spec ?? named.get(spec.chunk);
    if (!there) named.set(spec.chunk, withPhases(state, spec));
    else if (!sameFacts(there, spec))
      throw new Refusal(
        'conflict',
        'taken',
        `${spec.chunk}: a unit of this name exists with other facts. Choose another name.`,
        { field: 'chunk' },
      );
  }
  const fresh = [...named.values()];
  const cycle = cycleThrough(state, fresh);
  if (cycle)
    throw invalid('after', `${cycleWords(cycle)} would wait for itself. Leave one of these out.`, 'cycle');
  const first = state.works.length;
  return {
    changes: fresh.map((data, nth) => ({ type: 'unit.added', unit: first + nth, data })),
    result: { chunks: specs.map(({ chunk }) => chunk) },
  };
}

/** A unit of an agent has the phases that its agent has now. */
function withPhases(state: State, spec: UnitSpec): UnitSpec {
  if (spec.agent === null) return spec;
  const agent = agentNamed(state, spec.agent);
  if (!agent) throw invalid('agent', `${spec.chunk}: ${unknownAgent(state, spec.agent)}`, 'unknown-agent');
  const strange = spec.review.find((phase) => !agent.phases.includes(phase));
  if (strange !== undefined)
    throw invalid('review', `${spec.chunk}: the agent ${agent.name} has no phase ${strange}.`);
  return { ...spec, steps: agent.phases.map((phase) => ({ phase, command: null })) };
}

function unknownAgent({ trusted }: State, name: string): string {
  const names = trusted.agents.map((agent) => agent.name);
  const known = names.length === 0 ? 'None is trusted yet' : `Trusted are ${names.join(', ')}`;
  return `there is no trusted agent called ${name}. ${known}. Name it in signalbox.json, then: signalbox trust`;
}

const sameFacts = (a: UnitSpec, b: UnitSpec): boolean =>
  JSON.stringify(canonical(a)) === JSON.stringify(canonical(b));

const canonical = (spec: UnitSpec): unknown => [
  spec.title,
  spec.goal,
  // What an agent's phases are may have changed since; the unit keeps those that it was added with.
  spec.agent ?? spec.steps.map(({ phase, command }) => [phase, command]),
  [...spec.after].sort(),
  [...spec.env].sort(),
  spec.priority,
  spec.paths,
  spec.external,
  [...spec.review].sort(),
  spec.retry && [spec.retry.times, spec.retry.delay, spec.retry.on],
  spec.time_limit,
  spec.worktree,
  spec.base,
  spec.merge,
];
