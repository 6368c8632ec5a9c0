import { type AgentDefinition, isDrivenByAcp, modesNamed } from '../../../shared/agent-words.ts';
import { isCalled, isFreeMode } from '../../../shared/free-modes.ts';
import type { UnitSpec } from '../../../shared/words.ts';
import { cycleThrough, cycleWords } from '../cycle.ts';
import { factsDigest } from '../facts-digest.ts';
import { invalid, Refusal } from '../refusal.ts';
import { agentNamed, findWork, type State } from '../state.ts';
import type { Decision } from './decision.ts';

/** Adds units, all or none. A unit that exists with equal facts is left as it is. */
export function addUnits(state: State, specs: readonly UnitSpec[]): Decision<{ chunks: readonly string[] }> {
  const named = new Map<string, UnitSpec>();
  const added = new Map<string, string>();
  for (const spec of specs) {
    const there = digestOf(state, spec.chunk) ?? added.get(spec.chunk);
    if (there === undefined) {
      named.set(spec.chunk, withPhases(state, spec));
      added.set(spec.chunk, factsDigest(spec));
    } else if (there !== factsDigest(spec))
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

/** Of the facts with which the unit of this name was added, also where it is archived; undefined: the name is free. */
function digestOf(state: State, chunk: string): string | undefined {
  const work = findWork(state, chunk);
  return work ? factsDigest(work.unit.spec) : state.archive.names.get(chunk)?.digest;
}

/** A unit of an agent has the phases that its agent has now. */
function withPhases(state: State, spec: UnitSpec): UnitSpec {
  if (spec.agent === null) return spec;
  const agent = agentNamed(state, spec.agent);
  if (!agent) throw invalid('agent', `${spec.chunk}: ${unknownAgent(state, spec.agent)}`, 'unknown-agent');
  const strange = spec.review.find((phase) => !agent.phases.includes(phase));
  if (strange !== undefined)
    throw invalid('review', `${spec.chunk}: the agent ${agent.name} has no phase ${strange}.`);
  refuseChoices(spec, agent);
  return { ...spec, steps: agent.phases.map((phase) => ({ phase, command: null })) };
}

/** What cannot be chosen, as far as that can be said before the agent itself is asked. */
function refuseChoices({ chunk, mode, model }: UnitSpec, agent: AgentDefinition): void {
  const field = mode !== undefined ? 'mode' : model !== undefined ? 'model' : null;
  if (field !== null && !isDrivenByAcp(agent))
    throw invalid(
      field,
      `${chunk}: ${agent.name} is not driven by a protocol, so no ${field} can be chosen.`,
    );
  if (mode === undefined || !isFreeMode(mode)) return;
  const named = modesNamed(agent);
  if (named.some((each) => isCalled(each, mode) || isCalled(mode, each))) return;
  throw invalid(
    'mode',
    `${chunk}: in mode ${mode} nobody is asked, so it can be chosen only where signalbox.json names it in "modes" of ${agent.name}. It names ${named.join(', ') || 'none'}.`,
  );
}

function unknownAgent({ trusted }: State, name: string): string {
  const names = trusted.agents.map((agent) => agent.name);
  const known = names.length === 0 ? 'None is trusted yet' : `Trusted are ${names.join(', ')}`;
  return `there is no trusted agent called ${name}. ${known}. Name it in signalbox.json, then: signalbox trust`;
}
