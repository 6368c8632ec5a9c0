import type { Problem } from '../system/problem.ts';

/** Resolves when the daemon is to end: with the problem that ends it, if it is one. */
export function stopSignal() {
  let stop: (problem?: Problem) => void = () => {};
  const stopped = new Promise<Problem | undefined>((resolve) => {
    stop = resolve;
  });
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => stop());
  return { stop, stopped };
}
