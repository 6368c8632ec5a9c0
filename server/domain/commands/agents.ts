import type { TrustedAgents } from '../../../shared/agent-words.ts';
import { NO_UNIT } from '../../../shared/events.ts';
import type { State } from '../state.ts';
import type { Decision } from './decision.ts';

/** Takes over what the operator trusts now, whole. */
export function trustAgents(state: State, trusted: TrustedAgents): Decision {
  if (trusted.digest === state.trusted.digest) return { changes: [] };
  return { changes: [{ type: 'agents.trusted', unit: NO_UNIT, data: trusted }] };
}
