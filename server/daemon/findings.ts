/** What a check of `signalbox doctor` has found. */
import { fileProblemOf } from '../../shared/file-problem.ts';
import type { Finding } from '../../shared/offline.ts';

export type Seen = Omit<Finding, 'what'>;
export const good = (message: string): Seen => ({ status: 'good', message });
export const note = (message: string): Seen => ({ status: 'note', message });
export const bad = (message: string): Seen => ({ status: 'bad', message });

/** A check that throws is a bad finding with its message. */
export function looked(what: string, look: () => Seen): Finding {
  try {
    return { what, ...look() };
  } catch (error) {
    const found = fileProblemOf(error, 'A file');
    return { what, ...bad(found?.message ?? (error instanceof Error ? error.message : String(error))) };
  }
}
