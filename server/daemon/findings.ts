/** What a check of `signalbox doctor` has found. */
import { fileProblemOf } from '../../shared/file-problem.ts';
import type { Finding } from '../../shared/offline.ts';

export type FindingFacts = Omit<Finding, 'what'>;
export const good = (message: string): FindingFacts => ({ status: 'good', message });
export const note = (message: string): FindingFacts => ({ status: 'note', message });
export const bad = (message: string): FindingFacts => ({ status: 'bad', message });

/** A check that throws is a bad finding with its message. */
export function looked(what: string, look: () => FindingFacts): Finding {
  try {
    return { what, ...look() };
  } catch (error) {
    const found = fileProblemOf(error, 'A file');
    return { what, ...bad(found?.message ?? (error instanceof Error ? error.message : String(error))) };
  }
}
