import { setFlagsFromString } from 'node:v8';

/**
 * Keeps the process small, at the price of collecting garbage more often. What flows through (ten transcripts
 * of 200 MB each) is garbage at once, but by itself V8 would let the heap grow by 160 MB over it, with these by
 * 44 (`npm run bench:memory`), in the same time. A large process is slow to start others from: each spawn
 * copies its page tables.
 */
export function keepHeapSmall(): void {
  setFlagsFromString('--semi-space-growth-factor=1');
  setFlagsFromString('--heap-growing-percent=30');
}
