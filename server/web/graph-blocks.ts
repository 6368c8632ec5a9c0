/** Units that wait for the same and are waited for by the same stand in one block: two hundred equal lines say no more than one. */
import type { Dependencies } from '../board/dependencies.ts';

/** As many equal ones make a block; fewer stand by themselves. */
const FEWEST = 8;

export interface Blocks {
  /** The units of each block, by their places; most have one. */
  readonly blocks: readonly (readonly number[])[];
  /** Between blocks, each once. */
  readonly edges: readonly (readonly [from: number, to: number])[];
}

export function blocksOf({ units, edges }: Dependencies): Blocks {
  const before: number[][] = units.map(() => []);
  const after: number[][] = units.map(() => []);
  for (const [from, to] of edges) {
    after[from]?.push(to);
    before[to]?.push(from);
  }
  const sorted = (places: readonly number[] = []) => [...places].sort((a, b) => a - b).join();
  const alike = new Map<string, number[]>();
  for (const at of units.keys()) {
    const key = `${sorted(before[at])} ${sorted(after[at])}`;
    alike.set(key, [...(alike.get(key) ?? []), at]);
  }
  const blocks = [...alike.values()].flatMap((those) =>
    those.length < FEWEST ? those.map((at) => [at]) : [those],
  );
  const blockOf = new Map(blocks.flatMap((those, block) => those.map((at) => [at, block] as const)));
  const between = new Map<string, readonly [number, number]>();
  for (const [from, to] of edges) {
    const [a = 0, b = 0] = [blockOf.get(from), blockOf.get(to)];
    between.set(`${a} ${b}`, [a, b]);
  }
  return { blocks, edges: [...between.values()] };
}
