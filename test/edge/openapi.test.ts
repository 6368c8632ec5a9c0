/** The description of what scripts can do by HTTP: valid, complete, and true of a daemon that runs. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { Validator } from '@seriousme/openapi-schema-validator';
import type { Cell } from '../../shared/board.ts';
import { DaemonFixture } from '../daemon-fixture.ts';
import { openapi, PROBLEM } from '../schemas/openapi.ts';
import { OPERATIONS, type Operation } from '../schemas/operations.ts';
import { Callers } from './callers.ts';
import type { Answer } from './http-client.ts';
import { routesOf } from './routes-of.ts';

interface Documented {
  readonly paths: Readonly<
    Record<string, Readonly<Record<string, { readonly responses: Readonly<Record<string, unknown>> }>>>
  >;
}
const plain = () => JSON.parse(JSON.stringify(openapi())) as Documented;

test('it is OpenAPI 3.1, with no reference that leads nowhere', async () => {
  const validator = new Validator();
  const { valid, errors } = await validator.validate({ ...plain() });
  assert.ok(valid, JSON.stringify(errors, null, 1));
  assert.equal(validator.version, '3.1');
  const text = JSON.stringify(openapi());
  const { components } = JSON.parse(text) as { components: Record<string, Record<string, unknown>> };
  const named = [...text.matchAll(/"\$ref":"#\/components\/(\w+)\/(\w+)"/g)];
  assert.ok(named.length > 100);
  for (const [, kind = '', name = ''] of named) assert.ok(components[kind]?.[name], `${kind}/${name}`);
});

/** What a browser asks for: pages, their files, and what stands on them. */
const FOR_BROWSERS = [
  'GET /',
  'GET /sign-in',
  'GET /sign-in/:code',
  'GET /embed.js',
  'GET /new',
  'GET /new/plan',
  'GET /settings',
  'GET /graph',
  'GET /icon.svg',
  'GET /icon-maskable.svg',
  'GET /notification-worker.js',
  'GET /manifest.webmanifest',
  'GET /assets/:name',
  // A redirect to the unit; forms that stand in a difference.
  'GET /work-units/:chunk/:action',
  'POST /work-units/:chunk/diff/comment',
  'POST /work-units/:chunk/diff/uncomment',
  // The description itself.
  'GET /openapi.json',
  // For monitoring systems: docs/monitoring.md.
  'GET /healthz',
  'GET /readyz',
  'GET /metrics',
];

test('every address is described, or is for browsers', () => {
  const described = OPERATIONS.map(({ method, path }) => {
    const isAction = method === 'post' && /^\/work-units\/\{chunk\}\/[a-z-]+$/.test(path);
    const written = isAction ? '/work-units/:chunk/:action' : path.replace(/\{(\w+)\}/g, ':$1');
    return `${method.toUpperCase()} ${written}`;
  });
  const known = [...new Set([...described, ...FOR_BROWSERS])].sort();
  assert.deepEqual(routesOf().sort(), known);
});

/** What each is sent, after those before it; those that are not here are sent nothing. */
const SENT: Readonly<Record<string, (item: string) => object>> = {
  answer: (item) => ({ item, version: 1, text: 'yes' }),
  snooze: (item) => ({ item, version: 1, minutes: 5 }),
  wake: (item) => ({ item }),
  withdraw: (item) => ({ item, why: 'no longer' }),
  hold: () => ({ why: 'later' }),
  priority: () => ({ priority: 3 }),
  edit: () => ({ title: 'One' }),
  link: () => ({ after: 'other' }),
  unlink: () => ({ after: 'other' }),
  report: () => ({ what: 'started' }),
  resolve: () => ({ other_chunk: 'other', verdict: 'parallelize' }),
  add: () => ({ chunk: 'more', external: true }),
  plan: () => ({ text: '{"units": [{"chunk": "planned", "external": true}]}' }),
  'report-conflict': () => ({
    chunk: 'third',
    other_chunk: 'other',
    verdict: 'SERIALIZE',
    confidence: 0.5,
    reason: 'both',
  }),
  bulk: () => ({ action: 'hold', status: ['READY'] }),
  configure: () => ({ max_agents: 2 }),
  'configure-channel': () => ({ on: false }),
};
const ABOUT_ITEMS = ['attention', 'unit', 'answer', 'snooze', 'wake', 'withdraw'];
/** These must have been carried out; of the others it is enough that they refuse as described. */
const DONE = [
  ...OPERATIONS.filter(({ method, name }) => method === 'get' && name !== 'diff').map(({ name }) => name),
  ...Object.keys(SENT),
  'release',
  'close',
  'remove',
  'delete',
  'sign-out',
];

describe('a daemon answers as described', () => {
  const house = DaemonFixture.make();
  const callers = new Callers(house);
  const documented = plain();
  before(async () => {
    await house.start('--port', '0');
    await house.add('printed', 'echo printed');
    await house.untilStatus('printed', 'DONE');
    for (const chunk of ['other', 'third'])
      await callers.must('units.add', { units: [{ chunk, external: true }] });
  });
  after(() => house.close());

  /** A unit of its own for each, with an open item where the address is about one. */
  async function prepare({ name }: Operation): Promise<{ chunk: string; item: string }> {
    const chunk = `for-${name}`;
    const item = `item-${name}`;
    await callers.must('units.add', { units: [{ chunk, external: true }] });
    if (ABOUT_ITEMS.includes(name))
      await callers.must('items.ask', {
        key: item,
        chunk,
        run: null,
        questions: [{ prompt: 'Which port?' }],
      });
    if (name === 'wake') await callers.must('items.snooze', { chunk, item, version: 1, minutes: 5 });
    if (name === 'unlink') await callers.must('units.link', { chunk, after: 'other' });
    return { chunk, item };
  }

  async function send(operation: Operation): Promise<Answer> {
    const { method, path, name } = operation;
    const { chunk, item } = await prepare(operation);
    const about = path.includes('{run}') ? 'printed' : chunk;
    const address = path.replace('{chunk}', about).replace('{run}', '1').replace('{channel}', 'command');
    const headers = { authorization: `Bearer ${callers.token}`, 'content-type': 'application/json' };
    const body = method === 'post' ? { body: JSON.stringify(SENT[name]?.(item) ?? {}) } : {};
    return callers.anyone({ method: method.toUpperCase(), path: address, headers, ...body });
  }

  function check({ method, path, name, answer }: Operation, { status, headers, body }: Answer): void {
    const said = `${name}: ${status} ${body.slice(0, 500)}`;
    assert.ok(documented.paths[path]?.[method]?.responses[status], said);
    if (status !== 200) {
      assert.match(headers['content-type'] ?? '', /^application\/problem\+json/, said);
      assert.equal(PROBLEM.parse(JSON.parse(body)).status, status, said);
      assert.ok(!DONE.includes(name), said);
    } else if ('text' in answer) assert.ok(headers['content-type']?.startsWith(answer.text), said);
    else {
      const { success, error } = answer.safeParse(JSON.parse(body));
      assert.ok(success, `${said}\n${error?.message}`);
    }
  }

  for (const operation of OPERATIONS)
    test(`${operation.method.toUpperCase()} ${operation.path}`, async () => {
      check(operation, await send(operation));
    });

  test('the description that it serves is the one that is published, and nobody gets it who may not look', async () => {
    const headers = { authorization: `Bearer ${callers.token}` };
    const { status, body } = await callers.anyone({ path: '/openapi.json', headers });
    assert.equal(status, 200);
    assert.deepEqual(JSON.parse(body), documented);
    const guarded = DaemonFixture.make({}, { guarded: true });
    try {
      await guarded.start('--port', '0');
      assert.equal((await new Callers(guarded).anyone({ path: '/openapi.json' })).status, 401);
    } finally {
      await guarded.close();
    }
    const { units } = JSON.parse((await callers.anyone({ path: '/work-units', headers })).body) as {
      units: Cell[];
    };
    assert.ok(units.length > 2);
  });
});
