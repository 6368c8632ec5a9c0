import type { UnitSpec } from '../../shared/words.ts';
import { agentNamed, type State } from '../domain/state.ts';
import type { Agent } from './agent.ts';
import { configured } from './configured.ts';
import { shell } from './shell.ts';

/** Who carries out a unit; null: an agent that is not trusted (any more). */
export function agentOf(state: State, { agent: name }: UnitSpec): Agent | null {
  if (name === null) return shell;
  const definition = agentNamed(state, name);
  return definition ? configured(definition) : null;
}
