import { NO_UNIT } from '../../../shared/events.ts';
import type { Settings } from '../../../shared/settings-words.ts';
import type { State } from '../state.ts';
import type { Decision } from './decision.ts';

/** Sets what is given and differs; the rest stays. */
export function updateConfig(
  state: State,
  input: { readonly [Name in keyof Settings]?: Settings[Name] | undefined },
): Decision {
  const changed = Object.entries(input).filter(
    ([name, value]) => value !== undefined && value !== state.settings[name as keyof Settings],
  );
  if (changed.length === 0) return { changes: [] };
  return { changes: [{ type: 'config.updated', unit: NO_UNIT, data: Object.fromEntries(changed) }] };
}
