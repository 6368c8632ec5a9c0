import type { UnitSpec } from '../../shared/words.ts';
import { agentNamed, type State } from '../domain/state.ts';
import type { Agent } from './agent.ts';
import { configuredAgent } from './configured-agent.ts';
import { shellAgent } from './shell-agent.ts';

/** The agent of a unit; null: not trusted, or no longer. */
export function agentOf(state: State, { agent: name }: UnitSpec): Agent | null {
  if (name === null) return shellAgent;
  const definition = agentNamed(state, name);
  return definition ? configuredAgent(definition) : null;
}
