/** A question and its daemon: who asks waits on, whatever becomes of the connection. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { DaemonFixture } from '../daemon-fixture.ts';
import { until } from '../until.ts';
import { hangUpAfterAsk } from './hang-up-after-ask.ts';
import { Units } from './units.ts';

const ASKERS = 16;
const chunks = Array.from({ length: ASKERS }, (_, nth) => `asks-${nth}`);
const house = DaemonFixture.make();
const units = new Units(house);
before(() => {
  hangUpAfterAsk(house);
  return house.start('--port', '0', '--max-agents', `${ASKERS}`, '--undo-seconds', '0');
});
after(() => house.close());

test('askers on whom the daemon hangs up when it has just taken their question wait on', async () => {
  await units.addAll(chunks.map((chunk) => ({ chunk, command: `signalbox ask "Why?" > told-${chunk}` })));
  await until('all to ask', async () => (await units.counts()).items === ASKERS);
  for (const card of await units.cards()) await units.answer(card, `for ${card.chunk}`);
  await until('every story to be over', async () => {
    const { DONE, NEEDS_ATTENTION } = (await units.counts()).units;
    return DONE + NEEDS_ATTENTION === ASKERS;
  });
  const stories = await Promise.all(chunks.map(async (chunk) => (await units.detail(chunk)).runs));
  assert.deepEqual(
    stories.map((runs) => runs.map(({ outcome }) => outcome)),
    chunks.map(() => [{ exit: 'exited', code: 0 }]),
  );
  const told = chunks.map((chunk) => readFileSync(join(house.project, `told-${chunk}`), 'utf8'));
  assert.deepEqual(
    told,
    chunks.map((chunk) => `for ${chunk}\n`),
  );
});
