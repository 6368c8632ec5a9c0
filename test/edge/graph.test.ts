/** The page of the dependency picture: what stands in it for an address, without any script. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { MOST_NODES } from '../../server/web/graph-page.ts';
import { DaemonFixture } from '../daemon-fixture.ts';
import { Callers } from './callers.ts';

const house = DaemonFixture.make();
const callers = new Callers(house);
const unit = (chunk: string, ...after: string[]) => ({ chunk, external: true, after });

before(async () => {
  await house.start('--port', '0', '--max-agents', '0');
  const units = [unit('base'), unit('api', 'base'), unit('ui', 'api'), unit('docs', 'base'), unit('alone')];
  await callers.must('units.add', { units: [...units, unit('old'), unit('new', 'old', 'base')] });
  await callers.must('units.close', { chunk: 'old' });
});
after(() => house.close());

const page = (search = '') => callers.anyone({ path: `/graph${search}` });
const nodesOf = (body: string): string[] =>
  [...body.matchAll(/class="node[^"]*" href="\/work-units\/([^"]+)"/g)].map(([, chunk = '']) => chunk).sort();
const edgesOf = (body: string): number => [...body.matchAll(/class="edge[" ]/g)].length;

test('each unit that waits or is waited for is a link, with status and why; done ones are folded', async () => {
  const { status, body } = await page();
  assert.equal(status, 200);
  assert.deepEqual(nodesOf(body), ['api', 'base', 'docs', 'new', 'ui']);
  assert.equal(edgesOf(body), 4);
  assert.match(body, /aria-label="api: blocked, waits for base, 1 unit waits for it"/);
  assert.match(body, /Alone <span class="count">1<\/span>/);
  assert.match(body, /href="\/work-units\/alone"/);
});

test('with what is done, what it waited for is there too', async () => {
  const { body } = await page('?done=true');
  assert.deepEqual(nodesOf(body), ['api', 'base', 'docs', 'new', 'old', 'ui']);
  assert.equal(edgesOf(body), 5);
});

test('a filter narrows it, and stays in the links that zoom', async () => {
  const { body } = await page('?q=ui&zoom=50');
  assert.deepEqual(nodesOf(body), []);
  assert.match(body, /No unit that is shown waits/);
  assert.match(body, /href="\/graph\?q=ui&amp;zoom=150"/);
  assert.deepEqual(nodesOf((await page('?status=blocked')).body), ['api', 'ui']);
});

test('zoom makes it larger, its coordinates stay', async () => {
  const sizeOf = async (zoom: string) => {
    const { body } = await page(`?zoom=${zoom}`);
    return /viewBox="0 0 (\d+) (\d+)" width="(\d+)"/.exec(body)?.slice(1).map(Number) ?? [];
  };
  const [plain, twice] = [await sizeOf('100'), await sizeOf('200')];
  assert.deepEqual(twice.slice(0, 2), plain.slice(0, 2));
  assert.equal(twice[2], 2 * (plain[2] ?? 0));
});

test('a unit in focus brings out what it sets free, and leaves out what has nothing to do with it', async () => {
  const { body } = await page('?unit=api');
  assert.deepEqual(nodesOf(body), ['api', 'base', 'ui']);
  assert.match(body, /node-blocked here" href="\/work-units\/api"/);
  assert.match(body, /node-blocked lit" href="\/work-units\/ui"/);
  assert.match(body, /node-ready dim" href="\/work-units\/base"/);
  assert.match(body, /sets 1 unit free/);
  assert.equal((await page('?unit=nobody')).status, 404);
});

test('it is there also where the filter leaves it out', async () => {
  const { status, body } = await page('?unit=api&status=ready');
  assert.deepEqual([status, nodesOf(body)], [200, ['api', 'base']]);
  assert.deepEqual(nodesOf((await page('?unit=ui&q=api')).body), ['api', 'ui']);
});

for (const [search, message] of [
  ['?zoom=33', 'zoom takes one of'],
  ['?unit=No', 'unit takes the name'],
  ['?done=perhaps', 'done takes true or false'],
  ['?status=odd', 'status takes'],
  ['?unit=api&unit=ui', 'unit was given twice'],
] as const)
  test(`${search} is refused, with what is right`, async () => {
    const { status, body } = await page(search);
    assert.equal(status, 400);
    assert.ok(body.includes(message), body);
  });

test('the node in which it begins can be reached by an address: the first, or the one in focus', async () => {
  const begins = (body: string) =>
    [...body.matchAll(/href="\/work-units\/([^"]+)"[^>]* id="graph-first"/g)].map(([, chunk]) => chunk);
  assert.deepEqual(begins((await page()).body), ['base']);
  assert.deepEqual(begins((await page('?unit=api')).body), ['api']);
});

test('the graph is as new as the last event', async () => {
  await callers.must('units.link', { chunk: 'alone', after: 'ui' });
  assert.ok(nodesOf((await page()).body).includes('alone'));
  await callers.must('units.unlink', { chunk: 'alone', after: 'ui' });
  assert.ok(!nodesOf((await page()).body).includes('alone'));
});

test('more than can be told apart is not drawn: those that hold the most lead on', async () => {
  const many = Array.from({ length: MOST_NODES }, (_, at) => unit(`many-${at}`, 'hub'));
  await callers.must('units.add', { units: [unit('hub'), ...many] });
  const { body } = await page();
  assert.deepEqual(nodesOf(body), []);
  assert.match(body, /too many for one picture/);
  assert.match(body, /href="\/graph\?unit=hub">hub<\/a> <span class="aside">1500 units waiting/);
  assert.deepEqual(nodesOf((await page('?unit=many-7')).body), ['hub', 'many-7']);
});
