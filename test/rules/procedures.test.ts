/** By construction: every procedure stands on one of five bases, takes strict input, and reads or writes as it says. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { z } from 'zod';
import { DEFAULT_LIMITS } from '../../server/access/limits.ts';
import { SignInLinks } from '../../server/access/sign-in-links.ts';
import { agent, type Context, carrier, operator, reader, viewer } from '../../server/api/procedures.ts';
import { appRouter, createCaller } from '../../server/api/router.ts';
import { newsAsText } from '../../server/api/streams.ts';
import { BoardFeed } from '../../server/board/board-feed.ts';
import { SharedBoards } from '../../server/board/shared-boards.ts';
import { addUnits } from '../../server/domain/commands/units.ts';
import { Notifier } from '../../server/notify/notifier.ts';
import { LastLines } from '../../server/output/last-lines.ts';
import type { Store } from '../../server/store/store.ts';
import { OPERATOR, StoreFixture, spec } from '../core/store-fixture.ts';

interface Definition {
  readonly type: 'query' | 'mutation' | 'subscription';
  readonly inputs: readonly z.ZodType[];
  readonly middlewares: readonly unknown[];
}
type Procedures = Readonly<Record<string, { readonly _def: Definition }>>;

const PROCEDURES = (appRouter as unknown as { _def: { procedures: Procedures } })._def.procedures;
const all = Object.entries(PROCEDURES).map(([name, { _def }]) => ({ name, ..._def }));

const middlewaresOf = (base: unknown) => (base as { _def: Definition })._def.middlewares;
const BASES = [viewer, reader, operator, agent, carrier].map(middlewaresOf);

const standsOn = (middlewares: readonly unknown[], base: readonly unknown[]): boolean =>
  base.every((each, at) => middlewares[at] === each);

test('every procedure stands on one of the five bases', () => {
  assert.ok(all.length > 30, 'the router was not found');
  for (const { name, middlewares } of all)
    assert.equal(BASES.filter((base) => standsOn(middlewares, base)).length, 1, name);
});

test('what changes something stands on the operator or the agent', () => {
  for (const { name, type, middlewares } of all)
    if (type === 'mutation')
      for (const base of [viewer, reader]) assert.ok(!standsOn(middlewares, middlewaresOf(base)), name);
});

/** The shape inside what is optional, or checked further. */
function shapeOf(schema: z.ZodType): z.ZodType {
  if (schema instanceof z.ZodOptional || schema instanceof z.ZodDefault)
    return shapeOf(schema.unwrap() as z.ZodType);
  return schema instanceof z.ZodPipe ? shapeOf(schema.in as z.ZodType) : schema;
}

test('every input is strict: a field that nobody knows is refused', () => {
  for (const { name, inputs } of all) {
    const [input] = inputs;
    assert.ok(input && inputs.length === 1, `${name} takes no input that is checked`);
    const shape = shapeOf(input);
    assert.ok(shape instanceof z.ZodObject, name);
    assert.ok(shape.def.catchall instanceof z.ZodNever, `${name} takes fields that it does not know`);
  }
});

describe('a query', () => {
  let house: StoreFixture;
  before(async () => {
    house = new StoreFixture();
    await house.store.commit(OPERATOR, (state) => addUnits(state, [spec('one')]));
  });
  after(() => house.leave());

  const INPUTS: Readonly<Record<string, object>> = {
    unit: { chunk: 'one' },
    'units.name': { goal: 'Say hello' },
  };

  /** A context for the operator that notices when somebody writes. */
  function contextWith(written: () => void): Context {
    const { store } = house;
    const watched = new Proxy(store, {
      get: (target, name) => {
        if (name === 'commit') written();
        const value = Reflect.get(target, name, target) as unknown;
        return typeof value === 'function' ? (value.bind(target) as unknown) : value;
      },
    }) as Store;
    const boardFeed = new BoardFeed(watched, 'b');
    return {
      store: watched,
      boardFeed,
      pulses: new LastLines(watched, '/nowhere'),
      runs: '/nowhere',
      boards: new SharedBoards(boardFeed, store.epoch, (...news) => Buffer.from(newsAsText(...news))),
      socket: null,
      by: OPERATOR,
      credential: null,
      isStanding: () => true,
      streams: { count: 0 },
      log: { info: () => {}, error: (_what: string, error: unknown) => assert.fail(String(error)) },
      about: { project: '', address: '', local_address: '', pid: 1, started_at: '', notices: [] },
      lookAtClock: async () => {},
      path: '',
      stop: () => {},
      policy: { current: () => ({ path: '', rules: [], problem: null }), home: '/', own: [] },
      worktrees: {
        outlook: () => assert.fail('outlook'),
        prune: () => assert.fail('prune'),
        restore: () => assert.fail('restore'),
        forget: () => assert.fail('forget'),
      },
      carry: {
        lines: () => [],
        claim: () => assert.fail('claim'),
        beat: () => assert.fail('beat'),
        end: () => assert.fail('end'),
      },
      notify: new Notifier({
        store: watched,
        db: house.db,
        log: { info: () => {}, error: () => {} },
        project: '/shop',
        origin: 'http://localhost/',
        file: '/nowhere/config.json',
      }),
      access: {
        readOnly: false,
        open: true,
        limits: DEFAULT_LIMITS,
        origins: () => [],
        links: new SignInLinks(),
        listeners: [],
        refusals: { all: () => [] } as never,
      },
    };
  }

  test('what units changed is source code: no page elsewhere reads it', async () => {
    const context = contextWith(() => {});
    const embed = createCaller({ ...context, by: { ...OPERATOR, role: 'embed', door: 'embed' } });
    for (const call of [embed.work.diff, embed.work.patch])
      await assert.rejects(call({ chunk: 'one' }), /is not for the role embed/);
    await assert.rejects(embed.work.list(), /is not for the role embed/);
    context.boardFeed.stop();
  });

  /** They ask git: the stories about worktrees do. */
  const OF_GIT = ['work.diff', 'work.patch'];

  test('writes nothing, whichever it is', async () => {
    let writes = 0;
    const context = contextWith(() => {
      writes++;
    });
    const caller = createCaller(context) as unknown as Record<string, unknown>;
    for (const { name, type } of all) {
      if (type !== 'query' || OF_GIT.includes(name)) continue;
      const call = name
        .split('.')
        .reduce<unknown>((group, part) => (group as Record<string, unknown>)[part], caller);
      await (call as (input: object) => Promise<unknown>)(INPUTS[name] ?? {});
    }
    assert.equal(writes, 0);
    context.boardFeed.stop();
  });
});
