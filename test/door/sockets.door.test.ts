/** The door as strangers meet it: cells of the product as bytes to a daemon, against the oracle. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { callerFor, type ProvenCaller } from '../../client/daemon/proven-caller.ts';
import { DaemonFixture } from '../daemon-fixture.ts';
import { CELLS, cellAt } from './all-requests.ts';
import { type Door, oracle } from './oracle.ts';
import { randomFrom, seedOfRun } from './random.ts';
import { bytesOf, type Renamed, type Reply, replyTo } from './request-bytes.ts';
import type { Cell } from './scene.ts';
import { furnished } from './scene-daemon.ts';

const OVER_TCP = 5000;
const OVER_UNIX = 500;
const AT_ONCE = 16;
/** Most cells have a wrong host or origin: no verdict has more than this part, so that the others have their turn. */
const PARTS: Readonly<Partial<Record<Door, number>>> = { shut: 1 / 8, socket: 1 / 4 };
/** No daemon here is called so. */
const CONFIGURED = 'sb.example.com';
const REFUSALS = ['400', '401', '403', '413', '415', '421'];
const SAFE = ['GET', 'HEAD', 'OPTIONS'];
const SHOWN = 10;

const seed = seedOfRun();
const house = DaemonFixture.make({}, { guarded: true });
let renamed: Renamed = [];
before(async () => {
  renamed = await furnished(house);
});
after(() => house.close());

function sample(door: Door, size: number): readonly Cell[] {
  const random = randomFrom(seed);
  const counts = new Map<string, number>();
  const cells: Cell[] = [];
  while (cells.length < size) {
    const cell = cellAt(Math.floor(random() * CELLS));
    if (cell.hosts.includes(CONFIGURED)) continue;
    const count = counts.get(oracle(door, cell)) ?? 0;
    if (count >= size * (PARTS[door] ?? 1)) continue;
    counts.set(oracle(door, cell), count + 1);
    cells.push(cell);
  }
  return cells;
}

const LARGE = 200_000;

/** Why this is not what the oracle says; null where it is. */
function wrongWith(door: Door, cell: Cell, expected: string, { status, text }: Reply): string | null {
  const got = String(status);
  // Who is still writing a large body when a Unix socket is closed is not given what was answered.
  if (door === 'socket' && status === 0 && Number(cell.length) > LARGE) return null;
  // Without a Host, Node itself may say so before the gate is asked.
  if (cell.hosts.length === 0 && got === '400') return null;
  if (REFUSALS.includes(expected)) return got === expected ? null : `${got} instead of ${expected}`;
  if (cell.upgrade && cell.method === 'GET') return got === '101' ? null : `${got} instead of 101`;
  // The gate has no word on what a read brings along; who reads it may have.
  if (SAFE.includes(cell.method) && ['400', '413', '415'].includes(got)) return null;
  // What stands behind the gate may refuse an agent: that is not its page.
  if (expected.startsWith('agent') && got === '403') return null;
  return status === 0 || REFUSALS.includes(got)
    ? `${got} instead of ${expected}: ${text.slice(0, 200)}`
    : null;
}

/** The same with who calls behind its first line. */
const shown = (bytes: string, caller: ProvenCaller | null): string =>
  Object.entries(caller?.headers ?? {}).reduce(
    (text, [name, value]) => text.replace('\r\n', `\r\n${name}: ${value}\r\n`),
    bytes,
  );

async function check(door: Door, size: number): Promise<{ readonly wrong: string[]; readonly told: string }> {
  const cells = sample(door, size);
  const port = Number(new URL(house.address).port);
  const where = door === 'socket' ? { path: house.paths.socket } : { host: '127.0.0.1', port };
  const counts = new Map<string, number>();
  const wrong: string[] = [];
  let next = 0;
  const knock = async () => {
    for (let cell = cells[next++]; cell !== undefined; cell = cells[next++]) {
      const expected = oracle(door, cell);
      counts.set(expected, (counts.get(expected) ?? 0) + 1);
      const bytes = bytesOf(cell, renamed, !REFUSALS.includes(expected));
      const caller = door === 'socket' ? callerFor(house.paths.socket) : null;
      const found = wrongWith(door, cell, expected, await replyTo(where, shown(bytes, caller)));
      caller?.done();
      if (found !== null) wrong.push(`${found} ${JSON.stringify(cell)}`);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, knock));
  return { wrong, told: [...counts].map(([verdict, count]) => `${count} × ${verdict}`).join(', ') };
}

for (const [door, size] of [
  ['shut', OVER_TCP],
  ['socket', OVER_UNIX],
] as const)
  test(`a daemon answers ${size} cells as the oracle says (${door})`, async (t) => {
    const { wrong, told } = await check(door, size);
    t.diagnostic(`${door}, seed ${seed}: ${told}; ${wrong.length} disagreements`);
    assert.equal(wrong.length, 0, wrong.slice(0, SHOWN).join('\n'));
  });
