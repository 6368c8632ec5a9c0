import type { UnitSpec } from '../../shared/words.ts';
import { agentNamed, type State } from '../domain/state.ts';
import type { Agent } from './agent.ts';
import { configuredAgent } from './configured-agent.ts';
import { shellAgent } from './shell-agent.ts';

/** Who carries out a unit; null: an agent that is not trusted (any more). */
export function agentOf(state: State, { agent: name }: UnitSpec): Agent | null {
  if (name === null) return shellAgent;
  const definition = agentNamed(state, name);
  return definition ? configuredAgent(definition) : null;
}
