import type { Problem } from '../system/problem.ts';

/** Resolves when the daemon must stop: with the problem, if one is the cause. */
export function stopSignal() {
  let stop: (problem?: Problem) => void = () => {};
  const stopped = new Promise<Problem | undefined>((resolve) => {
    stop = resolve;
  });
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => stop());
  return { stop, stopped };
}
