import { NO_UNIT } from '../../../shared/events.ts';
import type { ExecutorSettings } from '../../../shared/executor-words.ts';
import type { State } from '../state.ts';
import type { Decision } from './decision.ts';

/** Takes over what the operator's file says now, whole. */
export function configureExecutors(state: State, executors: ExecutorSettings): Decision {
  if (executors.digest === state.executors.digest) return { changes: [] };
  return { changes: [{ type: 'executors.configured', unit: NO_UNIT, data: executors }] };
}
