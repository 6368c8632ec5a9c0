/** Numbers from 0 up to, not including, 1: the same for the same seed (mulberry32). */
export function randomFrom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** The seed of this run: `SIGNALBOX_SEED`, `new` for another every time, the same one unless it is said. */
export function seedOfRun(): number {
  const { SIGNALBOX_SEED: said = '7845' } = process.env;
  return said === 'new' ? Math.floor(Math.random() * 2 ** 31) : Number(said);
}
