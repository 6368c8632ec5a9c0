/** How much is tried, and which: said by `npm run test:fuzz` and its flags, or by the environment. */
import { Random } from './random.ts';

/** How many each kind of fuzz tries: 100,000, or `SIGNALBOX_FUZZ_COUNT`. */
export const COUNT = Number(process.env.SIGNALBOX_FUZZ_COUNT ?? 100_000);

/** Others each time; `SIGNALBOX_SEED=NUMBER` draws those of a report again. */
export const SEED = seedOf(process.env.SIGNALBOX_SEED);

export const newRandom = (): Random => new Random(SEED);

function seedOf(given: string | undefined): number {
  const seed = given === undefined || given === 'new' ? Math.floor(Math.random() * 2 ** 31) : Number(given);
  if (!Number.isSafeInteger(seed) || !(COUNT >= 1))
    throw new Error(`SIGNALBOX_SEED=${given} and SIGNALBOX_FUZZ_COUNT=${COUNT} must be whole numbers.`);
  return seed;
}
