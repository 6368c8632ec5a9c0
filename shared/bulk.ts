/** One thing, done to all that a filter shows. */
import { queryOf } from './query.ts';

/** What came of it. */
export interface BulkOutcome {
  readonly result: { readonly chunks?: readonly string[] };
  readonly refused: readonly { readonly chunk: string; readonly message: string }[];
  /** How many more the filter shows: they were not touched. */
  readonly left: number;
}

const NAMED = 5;

/** In a sentence or three. */
export function bulkWords({ result, refused, left }: BulkOutcome): string {
  const done = result.chunks?.length ?? 0;
  const parts = [done === 1 ? '1 unit was changed.' : `${done} units were changed.`];
  const named = refused.slice(0, NAMED).map(({ message }) => message);
  if (refused.length > 0) parts.push(`${refused.length} refused: ${named.join(' ')}`);
  if (refused.length > NAMED) parts.push(`And ${refused.length - NAMED} more.`);
  if (left > 0) parts.push(`${left} more are shown by this filter; do it again for them.`);
  return parts.join(' ');
}

/** The fields of its form as the input of the procedure. */
export function bulkInput(fields: ReadonlyMap<string, readonly string[]>): Record<string, unknown> {
  const one = (name: string) => fields.get(name)?.[0] ?? '';
  const { page: _, ...filter } = queryOf(
    new URLSearchParams(['status', 'kind', 'q'].map((name) => [name, one(name)])),
  );
  return {
    ...filter,
    // A field called "action" would hide the address of its form from scripts.
    action: one('what'),
    ...(one('why') !== '' && { why: one('why') }),
    ...(one('minutes') !== '' && { minutes: Number(one('minutes')) }),
  };
}
