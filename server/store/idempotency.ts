/** How a mutation that comes twice is known again. */
import { createHash } from 'node:crypto';
import type { Nothing } from '../domain/commands/decision.ts';
import { conflict } from '../domain/refusal.ts';
import type { KeptMutation } from './journal.ts';

/** The same mutation sent twice has the same key, the same procedure and the same input. */
export interface Idempotency {
  readonly key: string;
  readonly procedure: string;
  readonly input: unknown;
}

export interface Committed<Result extends object = Nothing> {
  readonly seq: number;
  readonly result: Result;
}

/** What this mutation was answered when it came before. Throws a `Refusal` if its key was used for another. */
export function repeatOf(
  once: Idempotency,
  known: ReadonlyMap<string, KeptMutation>,
): Committed<object> | undefined {
  const kept = known.get(once.key);
  if (!kept) return undefined;
  if (kept.digest !== digestOf(once) && kept.digest !== earlierDigest(once))
    throw conflict('key-used', 'This key was used before, for something else.');
  if (kept.spent)
    throw conflict('taken-back', 'This answer was taken back; answer the question as it is now.');
  return { seq: kept.seq, result: JSON.parse(kept.result) as object };
}

const sha256 = (value: unknown): string => createHash('sha256').update(JSON.stringify(value)).digest('hex');
export const digestOf = ({ procedure, input }: Idempotency): string => sha256([procedure, input]);
/** Of keys that older versions kept, without the procedure: a repeat may come after the upgrade. */
const earlierDigest = ({ input }: Idempotency): string => sha256(input);
