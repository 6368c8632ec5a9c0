/**
 * Types a procedure as taking `unknown`, for unchecked input from outside: its own
 * schema validates whatever it gets. The input type is only a promise of typed callers, so
 * widening it here loses no check.
 */
export const takingUnknown = <Rest extends unknown[], Output>(
  procedure: (input: never, ...rest: Rest) => Output,
) => procedure as (input: unknown, ...rest: Rest) => Output;
