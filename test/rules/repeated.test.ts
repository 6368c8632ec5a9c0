/** The same mutation sent again with its key answers the same, whatever has happened since, also after a restart. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { z } from 'zod';
import { appRouter } from '../../server/api/router.ts';
import { DaemonFixture } from '../daemon-fixture.ts';
import { Callers } from '../edge/callers.ts';

interface Definition {
  readonly type: 'query' | 'mutation' | 'subscription';
  readonly inputs: readonly z.ZodType[];
}
const PROCEDURES = (
  appRouter as unknown as { _def: { procedures: Readonly<Record<string, { _def: Definition }>> } }
)._def.procedures;

/** The shape inside what is optional, or checked further. */
function shapeOf(schema: z.ZodType): z.ZodType {
  if (schema instanceof z.ZodOptional || schema instanceof z.ZodDefault)
    return shapeOf(schema.unwrap() as z.ZodType);
  return schema instanceof z.ZodPipe ? shapeOf(schema.in as z.ZodType) : schema;
}
const takesKey = ({ type, inputs: [input] }: Definition): boolean => {
  const shape = input && shapeOf(input);
  return type === 'mutation' && shape instanceof z.ZodObject && 'key' in shape.shape;
};
/** Of an ask the key is the id of the item: the command itself knows a repeat. */
const KEYED = Object.entries(PROCEDURES)
  .filter(([name, { _def }]) => takesKey(_def) && name !== 'items.ask')
  .map(([name]) => name);

type Item = { id: string; version: number };

describe('a mutation repeated with its key', () => {
  let house: DaemonFixture;
  let callers: Callers;
  before(async () => {
    house = await DaemonFixture.open('--max-agents', '0', '--undo-seconds', '3600');
    callers = new Callers(house);
  });
  after(() => house.close());

  const external = (chunk: string) => callers.must('units.add', { units: [{ chunk, external: true }] });
  async function asked(chunk: string): Promise<{ chunk: string; item: string; version: number }> {
    await external(chunk);
    const key = `${chunk}-question`;
    const questions = [{ prompt: 'Which?' }];
    await callers.must('items.ask', { key, chunk, run: null, asked_by: 'me', questions });
    const { items } = await callers.read<{ items: Item[] }>('unit', { chunk });
    return { chunk, item: items[0]?.id ?? '', version: items[0]?.version ?? 0 };
  }
  const on =
    (chunk: string, more: object = {}) =>
    async () => {
      await external(chunk);
      return { chunk, ...more };
    };
  const pair = async (name: string) => {
    await external(`${name}-1`);
    await external(`${name}-2`);
    return [`${name}-1`, `${name}-2`] as const;
  };
  const inConflict = async (name: string) => {
    const [chunk, other_chunk] = await pair(name);
    return { chunk, other_chunk, verdict: 'ASK_OPERATOR', confidence: 0.9, reason: 'both' };
  };

  /** For each, an input that changes something; what it is about is made first. */
  const INPUTS: Readonly<Record<string, () => Promise<object>>> = {
    'units.add': async () => ({ units: [{ chunk: 'added', external: true }] }),
    'units.retry': async () => {
      await external('failed');
      for (const what of ['started', 'failed'])
        await callers.must('units.report', { chunk: 'failed', what, words: 'no' });
      return { chunk: 'failed' };
    },
    'units.close': on('closed', { reason: 'enough' }),
    'units.hold': on('held', { why: 'later' }),
    'units.release': async () => {
      await callers.must('units.hold', await on('released', { why: 'later' })());
      return { chunk: 'released' };
    },
    'units.prioritize': on('first', { priority: 5 }),
    'units.edit': on('edited', { title: 'New' }),
    'units.link': async () => {
      const [chunk, after] = await pair('linked');
      return { chunk, after };
    },
    'units.unlink': async () => {
      const [chunk, after] = await pair('unlinked');
      await callers.must('units.link', { chunk, after });
      return { chunk, after };
    },
    'units.remove': on('removed'),
    'units.report': on('reported', { what: 'started' }),
    'units.bulk': async () => {
      await external('bulk-1');
      return { action: 'retry', q: 'bulk', status: ['READY', 'BLOCKED', 'RUNNING', 'NEEDS_ATTENTION'] };
    },
    'conflicts.report': () => inConflict('conflict'),
    'conflicts.resolve': async () => {
      const input = await inConflict('resolved');
      await callers.must('conflicts.report', input);
      return { chunk: input.chunk, other_chunk: input.other_chunk, verdict: 'serialize' };
    },
    'config.update': async () => ({ weight: 2 }),
    'items.answer': async () => ({ ...(await asked('answered')), text: 'this' }),
    'items.snooze': async () => ({ ...(await asked('snoozed')), minutes: 5 }),
    'items.wake': async () => {
      const { chunk, item, version } = await asked('woken');
      await callers.must('items.snooze', { chunk, item, version, minutes: 5 });
      return { chunk, item };
    },
    'items.withdraw': async () => {
      const { chunk, item } = await asked('withdrawn');
      return { chunk, item, why: 'solved' };
    },
    'access.revoke': async () => {
      const { id } = (await callers.must('access.add', { role: 'viewer' })) as { id: string };
      return { id };
    },
  };
  /**
   * They need a live run, an answer that goes out, or a change set: the same road as the others, `steering` or a commit
   * with the key. What is done to the folder of a worktree is the same when it is done twice, so its key is not kept.
   */
  const ELSEWHERE = [
    'units.kill',
    'units.interrupt',
    'items.undo',
    'work.merge',
    'work.comment',
    'work.uncomment',
    'work.prune',
    'work.restore',
    'units.create',
    'units.plan',
    'work.forget',
  ];

  test('every one that takes a key is tried, or takes the same road as the others', () => {
    assert.ok(KEYED.length > 15, 'the router was not found');
    assert.deepEqual(
      KEYED.filter((name) => !(name in INPUTS) && !ELSEWHERE.includes(name)),
      [],
    );
  });

  const first: [string, object, unknown][] = [];
  test('answers the same, and changes nothing', async () => {
    for (const [name, make] of Object.entries(INPUTS)) {
      const input = { ...(await make()), key: `key-of-${name}` };
      const made = await callers.must(name, input);
      const seq = await callers.seq();
      assert.deepEqual(await callers.must(name, input), made, name);
      assert.equal(await callers.seq(), seq, name);
      first.push([name, input, made]);
    }
    const bulk = first.find(([name]) => name === 'units.bulk')?.[2];
    assert.match(JSON.stringify(bulk), /"refused":\[\{"chunk":"bulk-1","code":"not-stuck","message":"/);
  });

  test('answers the same after a restart and other changes, a bulk call with its refusals', async () => {
    await callers.must('units.remove', { chunk: 'bulk-1' });
    await house.end('SIGTERM');
    await house.start();
    for (const [name, input, made] of first) assert.deepEqual(await callers.must(name, input), made, name);
  });

  test('a repeated POST /bulk by a script names the same refusals', async () => {
    await external('script-1');
    const input = { action: 'retry', q: 'script', key: 'bulk-by-script' };
    const [once, again] = [await callers.script('/bulk', input), await callers.script('/bulk', input)];
    assert.equal(once.status, 200, once.body);
    assert.match(once.body, /script-1 is not stuck/);
    assert.deepEqual([again.status, again.body], [once.status, once.body]);
  });
});
