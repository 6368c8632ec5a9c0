/** Numbers that come again from the same seed. `SIGNALBOX_SEED` names one; else each run has another, and says which. */

export const seedOf = (): number => Number(process.env.SIGNALBOX_SEED ?? Date.now() % 1_000_000_007);

/** Whole numbers from 0 to below the one that is given. */
export type Random = (below: number) => number;

export function randomFrom(seed: number): Random {
  let state = seed >>> 0 || 1;
  return (below) => {
    // xorshift32: https://www.jstatsoft.org/article/view/v008i14
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % below;
  };
}
