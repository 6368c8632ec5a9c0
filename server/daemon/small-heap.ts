import { setFlagsFromString } from 'node:v8';

/**
 * Keeps the process small, at the price of more frequent garbage collection. Streamed data (ten transcripts
 * of 200 MB each) is garbage at once, but by default V8 lets the heap grow by 160 MB, with these flags by
 * 44 (`npm run bench:memory`), in the same time. Spawning from a large process is slow: each spawn
 * copies its page tables.
 */
export function keepHeapSmall(): void {
  setFlagsFromString('--semi-space-growth-factor=1');
  setFlagsFromString('--heap-growing-percent=30');
}
