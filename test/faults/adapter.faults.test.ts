/**
 * kill -9 of the program that drives an agent by its protocol, before and after each file operation and spawn of its own,
 * and at moments of chance: what was answered stays answered, no agent is left, and the next run goes on.
 */
import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import type { Card } from '../../shared/board.ts';
import { killQuietly } from '../daemon-fixture.ts';
import { AcpScene } from '../stories/acp-scene.ts';
import { until } from '../until.ts';
import { ClientLog } from './client-log.ts';
import { killsOf } from './how-many.ts';
import { violations } from './invariants.ts';
import { KillPlan } from './kill-plan.ts';
import { type FaultPlan, PLAN_VARIABLE } from './kill-points.ts';
import { randomFrom, seedOf } from './random.ts';

const KILLS = killsOf(15);
/** What the agent asks before it runs a command. */
const promptOf = (chunk: string): string => `Allow Bash: touch made-${chunk}?`;
const POINTS = new URL('./kill-points.js', import.meta.url).href;

test(`the adapter of an agent is killed ${KILLS} times`, async (t) => {
  const seed = seedOf();
  t.diagnostic(`seed ${seed}`);
  const random = randomFrom(seed);
  const folder = mkdtempSync(join(tmpdir(), 'sb-faults-'));
  const plans = new KillPlan(join(folder, 'names'), random);
  const plan = join(folder, 'plan.json');
  const base = { command: 'acp', names: join(folder, 'names'), hit: join(folder, 'hit') };
  const arm = (given: FaultPlan) => writeFileSync(plan, JSON.stringify(given));
  arm({ ...base, kill: null });
  const env = { NODE_OPTIONS: `--import=${POINTS}`, [PLAN_VARIABLE]: plan };
  const scene = await AcpScene.open('claude', {}, env);
  const log = new ClientLog();
  let named = 0;
  try {
    for (let kills = 0; kills < KILLS; kills++) {
      const kill = plans.next();
      arm({ ...base, kill });
      rmSync(base.hit, { force: true });
      const chunk = `unit-${kills}`;
      const at = `kill ${kills}, ${JSON.stringify(kill)}, seed ${seed}`;
      await oneUnit(scene, log, chunk, () => existsSync(base.hit), kill === null);
      // From now on every adapter lives.
      if (kill) plans.ended(kill, existsSync(base.hit));
      if (existsSync(base.hit)) named++;
      arm({ ...base, kill: null });
      await toTheEnd(scene, log, chunk);
      await until('no agent to be left', () => scene.processes(/acp-agent\.mjs/).length === 0);
      assert.deepEqual(await violations(scene.house.paths.database, log, false), [], at);
      assert.ok(existsSync(scene.file(`made-${chunk}`)), at);
    }
    t.diagnostic(`${KILLS} kills, ${named} at named points; ${plans.covered} killed at`);
    assert.ok(named > 0);
  } finally {
    await scene.house.close();
    rmSync(folder, { recursive: true, force: true });
  }
});

/** A unit begins; its adapter dies at its point, or while it asks. */
async function oneUnit(
  scene: AcpScene,
  log: ClientLog,
  chunk: string,
  isHit: () => boolean,
  byChance: boolean,
): Promise<void> {
  log.units.add(chunk);
  log.prompts.add(promptOf(chunk));
  await scene.add(chunk, `run touch made-${chunk}`);
  const adapters = () => scene.processes(/signalbox\.js acp/);
  const isAsking = async () => (await cardsOf(scene, chunk)).length > 0;
  await until(`${chunk} to ask or to die`, async () => isHit() || (await isAsking()));
  if (byChance) for (const pid of adapters()) killQuietly(pid);
}

/** Answers all that the unit asks, until it is done. */
async function toTheEnd(scene: AcpScene, log: ClientLog, chunk: string): Promise<void> {
  await until(`${chunk} to be done`, async () => {
    for (const card of await cardsOf(scene, chunk)) await answer(scene, log, card);
    return (await scene.house.statusOf(chunk)) === 'DONE';
  });
}

async function answer(scene: AcpScene, log: ClientLog, card: Card): Promise<void> {
  const option = card.kind === 'stuck' ? 'retry' : 'once';
  log.sends(card.id, '');
  await scene.answer(card.chunk, card, '--option', option);
  log.acknowledged.set(card.id, '');
}

async function cardsOf(scene: AcpScene, chunk: string): Promise<Card[]> {
  return (await scene.house.json<Card[]>('attention')).filter((card) => card.chunk === chunk);
}
