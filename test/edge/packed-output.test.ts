/** What a run printed is packed after its end: whoever reads it finds the same at the same place. */
import assert from 'node:assert/strict';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { EMPTY, type State, stateOf } from '../../server/domain/state.ts';
import { findLine } from '../../server/output/find-line.ts';
import { BLOCK_BYTES, isKept, packedPath, roomOf } from '../../server/output/output-file.ts';
import { packOutput } from '../../server/output/pack-output.ts';
import { followTranscript, readFrom, readTail, sizeOf } from '../../server/output/transcript.ts';
import { packRuns } from '../../server/runs/retention.ts';
import type { WorkUnit } from '../../shared/words.ts';
import { DaemonFixture } from '../daemon-fixture.ts';

/** Lines of every length, with characters of several bytes, and some that are none. */
function printed(bytes: number): Buffer {
  const parts: Buffer[] = [];
  for (let nth = 0, length = 0; length < bytes; nth++) {
    const line =
      nth % 97 === 0
        ? Buffer.from([0xff, 0xc3, 0x0a])
        : Buffer.from(`${nth} ångström ${'é'.repeat(nth % 300)}\n`);
    parts.push(line);
    length += line.length;
  }
  return Buffer.concat(parts).subarray(0, bytes);
}

async function inFolder(use: (plain: string, packed: string) => Promise<void>, bytes: Buffer): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'signalbox-packed-'));
  try {
    const [plain, packed] = [join(folder, 'plain'), join(folder, 'output')];
    for (const path of [plain, packed]) writeFileSync(path, bytes);
    await packOutput(packed);
    await use(plain, packed);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const never = new AbortController().signal;

async function followed(path: string, from: number): Promise<string> {
  const parts: Buffer[] = [];
  for await (const { text } of followTranscript(path, from, () => false, never, 'base64'))
    parts.push(Buffer.from(text, 'base64'));
  return Buffer.concat(parts).toString('base64');
}

for (const bytes of [0, 1, BLOCK_BYTES - 1, BLOCK_BYTES, BLOCK_BYTES + 1, 5 * BLOCK_BYTES + 77])
  test(`${bytes} bytes read the same, packed`, () =>
    inFolder(async (plain, packed) => {
      assert.equal(existsSync(packed), false);
      assert.ok(isKept(packed));
      assert.equal(await sizeOf(packed), bytes);
      assert.equal(await roomOf(packed), statSync(packedPath(packed)).size);
      const edges = [
        0,
        1,
        bytes >> 1,
        BLOCK_BYTES - 3,
        BLOCK_BYTES,
        2 * BLOCK_BYTES - 1,
        bytes - 1,
        bytes,
        bytes + 9,
      ];
      for (const from of edges.filter((each) => each >= 0)) {
        assert.deepEqual(
          await readFrom(packed, from, 70_000),
          await readFrom(plain, from, 70_000),
          `${from}`,
        );
        assert.equal(await followed(packed, from), await followed(plain, from), `${from}`);
      }
      for (const most of [1, 100, 300_000])
        assert.deepEqual(await readTail(packed, most, true), await readTail(plain, most, true));
      for (const text of ['3 ång', '4000 ångström', 'nowhere'])
        for (const back of [false, true])
          for (const from of [0, bytes >> 1, bytes])
            assert.equal(
              await findLine(packed, { text, from, back }),
              await findLine(plain, { text, from, back }),
            );
    }, printed(bytes)));

test('a packed output that was cut off is an error, not an empty one', () =>
  inFolder(
    async (_, packed) => {
      truncateSync(packedPath(packed), 5000);
      await assert.rejects(readTail(packed, 100, true), /packed output/);
    },
    printed(3 * BLOCK_BYTES),
  ));

test('packed are outputs of runs that ended a while ago and are worth it, and no others', async () => {
  const runs = mkdtempSync(join(tmpdir(), 'signalbox-packed-'));
  try {
    const now = Date.parse('2026-03-01T12:00:00.000Z');
    const ended = (hours: number | null) =>
      hours === null ? null : new Date(now - hours * 3_600_000).toISOString();
    const cases = [
      { hours: 2, bytes: 200_000, isPacked: true },
      { hours: 0.5, bytes: 200_000, isPacked: false },
      { hours: null, bytes: 200_000, isPacked: false },
      { hours: 2, bytes: 1000, isPacked: false },
    ];
    const works = cases.map(({ hours }, unit) => ({
      unit: { id: unit, open: [] },
      runs: [{ unit, number: 1, ended_at: ended(hours) }],
      items: [],
      conflicts: [],
    }));
    const state = { ...EMPTY, works: stateOf([], 0).works } as State;
    const given = works.reduce((all, work, nth) => all.with(nth, work as unknown as WorkUnit), state.works);
    for (const [unit, { bytes }] of cases.entries()) {
      mkdirSync(join(runs, `${unit}-1`));
      writeFileSync(join(runs, `${unit}-1`, 'output'), printed(bytes));
    }
    await packRuns({ ...state, works: given }, runs, now);
    for (const [unit, { isPacked }] of cases.entries())
      assert.equal(existsSync(join(runs, `${unit}-1`, 'output.packed')), isPacked, `${unit}`);
  } finally {
    rmSync(runs, { recursive: true, force: true });
  }
});

test('the daemon shows, hands out and searches it as before', async () => {
  const house = await DaemonFixture.open();
  try {
    await house.add('prints', 'seq 1 60000; echo the end');
    await house.untilStatus('prints', 'DONE');
    const output = join(house.paths.runs, '0-1', 'output');
    const [file, logs] = [readFileSync(output, 'utf8'), await house.ok('logs', 'prints')];
    const address = `${house.address}work-units/prints/runs/1`;
    const read = async (path: string) => (await fetch(`${address}${path}`)).text();
    const before = [await read('/output'), await read('?find=54321')];
    await packOutput(output);
    assert.equal(existsSync(output), false);
    assert.deepEqual([await read('/output'), await read('?find=54321')], before);
    assert.equal(before[0], file);
    assert.equal(await house.ok('logs', 'prints'), logs);
  } finally {
    await house.close();
  }
});
