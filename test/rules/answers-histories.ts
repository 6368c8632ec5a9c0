/** Many histories at once, in one house: the units know nothing of each other, and the daemon restarts under all. */
import type { TestContext } from 'node:test';
import { StoreFixture } from '../core/store-fixture.ts';
import { Random } from '../fuzz/random.ts';
import { check, settle, step } from './answers-history.ts';
import { Players } from './answers-players.ts';
import { assertLogTablesAndMemoryAgree } from './walk-invariants.ts';

const AT_ONCE = 50;
const STEPS = 40;
const SECOND = 1000;

interface Playing {
  readonly seed: number;
  readonly players: Players;
  readonly random: Random;
  readonly steps: string[];
}

/** The same histories each time; `SIGNALBOX_SEED=new` plays others, `SIGNALBOX_SEED=NUMBER` those from a report on. */
export async function playHistories(t: TestContext, count: number): Promise<void> {
  const given = process.env.SIGNALBOX_SEED ?? '20261126';
  const first = given === 'new' ? Math.floor(Math.random() * 2 ** 30) : Number(given);
  const happened = new Map<string, number>();
  for (let done = 0; done < count; done += AT_ONCE)
    await playBatch(first + done, Math.min(AT_ONCE, count - done), happened);
  t.diagnostic(`${count} histories, seeds ${first} to ${first + count - 1}`);
  t.diagnostic([...happened].map(([name, times]) => `${name} ${times}`).join(', '));
}

async function playBatch(first: number, count: number, happened: Map<string, number>): Promise<void> {
  const house = new StoreFixture();
  try {
    const all = Array.from({ length: count }, (_, nth) => begin(house, first + nth));
    await each(all, ({ players }) => players.begin());
    const chance = new Random(first);
    for (let nth = 0; nth < STEPS; nth++) {
      await timePasses(house, all);
      await each(all, async ({ players, random, steps }) => {
        if (players.isOver) return;
        const name = await step(players, random);
        steps.push(name);
        happened.set(name, (happened.get(name) ?? 0) + 1);
        check(players);
      });
      if (chance.oneIn(8)) restart(house, all, happened);
    }
    for (const one of all) await each([one], () => settle(one.players, () => timePasses(house, all)));
    assertLogTablesAndMemoryAgree(house);
  } finally {
    house.leave();
  }
}

function begin(house: StoreFixture, seed: number): Playing {
  const random = new Random(seed);
  return { seed, random, players: new Players(house, `u${seed}`, random), steps: [] };
}

/** All of them in one turn, so that they share a commit. The first that fails is named, with what happened in it. */
async function each(all: readonly Playing[], does: (one: Playing) => Promise<unknown>): Promise<void> {
  const ends = await Promise.allSettled(all.map(does));
  for (const [nth, end] of ends.entries())
    if (end.status === 'rejected')
      throw new Error(
        `history SIGNALBOX_SEED=${all[nth]?.seed}: ${all[nth]?.steps.join(' · ')}\n${end.reason}`,
        { cause: end.reason },
      );
}

async function timePasses(house: StoreFixture, all: readonly Playing[]): Promise<void> {
  house.now += SECOND;
  for (let before = -1; before !== house.store.state.seq; ) {
    before = house.store.state.seq;
    await house.release();
  }
  for (const { players } of all) players.book.timeIs(house.now);
}

/** The daemon ends and comes back: what it knows is what the log says. */
function restart(house: StoreFixture, all: readonly Playing[], happened: Map<string, number>): void {
  assertLogTablesAndMemoryAgree(house);
  house.reopen();
  assertLogTablesAndMemoryAgree(house);
  happened.set('restart', (happened.get('restart') ?? 0) + 1);
  for (const { players } of all) check(players);
}
