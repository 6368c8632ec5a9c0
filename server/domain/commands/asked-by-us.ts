import { type DaemonQuestion, kindOf } from '../../../shared/daemon-questions.ts';
import type { ItemAsked } from '../../../shared/events.ts';

/** An item that the daemon asks about a unit. */
export const askedByUs = (
  { id, phase, run }: Pick<ItemAsked, 'id' | 'phase' | 'run'>,
  about: DaemonQuestion,
): ItemAsked => ({ id, kind: kindOf(about), phase, run, asked_by: 'signalbox', about });
