/**
 * A procedure as one that takes anything, for what came from outside and is checked nowhere before: its own
 * schema parses, and refuses, whatever it is given. The type of its input is a promise of its callers alone, so
 * widening it here loses no check.
 */
export const takingUnknown = <Rest extends unknown[], Output>(
  procedure: (input: never, ...rest: Rest) => Output,
) => procedure as (input: unknown, ...rest: Rest) => Output;
