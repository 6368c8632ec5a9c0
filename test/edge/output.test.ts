/** What runs print, beyond the following of it: its limit, how long it is kept, any place in it, its last line. */
import assert from 'node:assert/strict';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { EMPTY, type State, stateOf } from '../../server/domain/state.ts';
import { findLine } from '../../server/output/find-line.ts';
import { clearRuns } from '../../server/runs/retention.ts';
import type { Detail } from '../../shared/detail.ts';
import type { WorkUnit } from '../../shared/words.ts';
import { DaemonFixture } from '../daemon-fixture.ts';
import { until } from '../until.ts';
import { Callers } from './callers.ts';

const MIB = 1024 * 1024;

describe('a daemon with runs that print', () => {
  const house = DaemonFixture.make();
  const callers = new Callers(house);
  before(() => house.start('--port', '0', '--undo-seconds', '0'));
  after(() => house.close());

  const detail = (chunk: string) => callers.read<Detail>('unit', { chunk });
  const page = async (path: string) => callers.anyone({ path });
  const set = (settings: object) => callers.must('config.update', settings);
  const outputOf = async (chunk: string, run = 1) => {
    const { rows } = await callers.read<{ rows: { chunk?: string; id?: number; row: string }[] }>(
      'board.now',
    );
    const cell = rows.find((row) => row.row === 'unit' && row.chunk === chunk);
    return join(house.paths.runs, `${cell?.id}-${run}`, 'output');
  };

  test('one that prints more than it may is stopped and brought to a person, its exit code aside', async () => {
    await set({ output_mib: 1 });
    const plan = {
      chunk: 'loud',
      command: 'trap "" TERM; while :; do printf "%8192s" x; done',
      retry: { times: 3, delay: 0, on: [137, 143] },
    };
    await callers.must('units.add', { units: [plan] });
    await house.untilStatus('loud', 'NEEDS_ATTENTION');
    const { runs, items, held } = await detail('loud');
    assert.deepEqual(
      runs.map(({ outcome }) => outcome),
      [{ exit: 'stopped', code: 'output-limit', output_mib: 1 }],
    );
    assert.deepEqual([items.length, items[0]?.kind, held], [1, 'stuck', null]);
    assert.equal(items[0]?.prompt, 'Run 1 was stopped: it printed more than 1 MiB. What now?');
    await until('nobody of it to be left', () => house.processes().length === 0);
    await set({ output_mib: 1024 });
    await callers.must('units.close', { chunk: 'loud' });
  });

  test('the page of a run shows its end, leads to any place, and gives every byte', async () => {
    await house.add(
      'long',
      'i=0; while [ $i -lt 9000 ]; do i=$((i+1)); echo "line $i of many"; done; printf "\\377\\376 <b>end</b>"',
    );
    await house.untilStatus('long', 'DONE');
    const size = statSync(await outputOf('long')).size;
    const end = (await page('/work-units/long/runs/1')).body;
    assert.match(end, /�� &lt;b&gt;end&lt;\/b&gt;<\/pre>/);
    assert.match(end, new RegExp(`of ${size.toLocaleString('en')}\\.`));
    const start = (await page('/work-units/long/runs/1?from=0')).body;
    assert.match(start, /<pre[^>]*>line 1 of many/);
    const earlier = /href="([^"]+)">Earlier/.exec(end)?.[1] ?? '';
    assert.match((await page(earlier)).body, /line 3\d\d\d of many/);
    const found = (await page('/work-units/long/runs/1?find=line%204321%20')).body;
    assert.match(found, /<pre[^>]*><mark>line 4321 <\/mark>of many/);
    assert.match(
      (await page('/work-units/long/runs/1?find=<b>nowhere')).body,
      /“&lt;b&gt;nowhere” was not found/,
    );
    const raw = await callers.anyone({ path: '/work-units/long/runs/1/output' });
    assert.deepEqual(
      [raw.headers['content-length'], raw.headers['content-type']],
      [String(size), 'text/plain; charset=utf-8'],
    );
    assert.match(String(raw.headers['content-disposition']), /^attachment/);
  });

  test('a run that is not there is not found, and what is no longer kept is said so', async () => {
    for (const path of [
      '/work-units/long/runs/7',
      '/work-units/long/runs/x',
      '/work-units/none/runs/1',
      '/work-units/long/runs/1e0',
    ])
      assert.equal((await page(path)).status, 404, path);
    rmSync(join(await outputOf('long'), '..'), { recursive: true });
    assert.match((await page('/work-units/long/runs/1')).body, /The output of run 1 is no longer kept/);
    assert.equal((await page('/work-units/long/runs/1/output')).status, 404);
    assert.match((await page('/work-units/long')).body, /No longer kept/);
    const logs = await house.signalbox('logs', 'long');
    assert.deepEqual([logs.code, /no longer kept/.test(logs.stderr)], [1, true]);
  });

  test('the last line of a live run stands in the grid, as text; an ended one has none', async () => {
    await house.add(
      'lives',
      'echo first; printf "<i>now</i>\\n\\033[31mred\\033[0m\\n\\n"; while [ ! -e stop ]; do sleep 0.05; done',
    );
    await until('its line', async () =>
      /class="line" dir="auto">(<!--[^>]*-->)*red/.test((await page('/')).body),
    );
    writeFileSync(join(house.project, 'stop'), '');
    await house.untilStatus('lives', 'DONE');
    assert.ok(!(await page('/')).body.includes('class="pulse"'));
  });
});

describe('what is kept of runs', () => {
  const folder = mkdtempSync(join(tmpdir(), 'sbx-kept-'));
  after(() => rmSync(folder, { recursive: true, force: true }));
  const NOW = Date.parse('2026-06-01T00:00:00.000Z');

  /** Units with one run each: DONE so many days ago, or (null) not yet; each has printed so many MiB. */
  function house(
    units: readonly { days: number | null; mib: number }[],
    settings: object,
  ): { state: State; runs: string } {
    const runs = mkdtempSync(join(folder, 'runs-'));
    const works = units.map(({ days, mib }, id) => {
      mkdirSync(join(runs, `${id}-1`));
      writeFileSync(join(runs, `${id}-1`, 'output'), Buffer.alloc(mib * MIB));
      const done_at = days === null ? null : new Date(NOW - days * 86_400_000).toISOString();
      const unit = {
        id,
        chunk: `u${id}`,
        finished: done_at === null ? 0 : 1,
        spec: { steps: [{}] },
        open: [],
        closed: null,
        done_at,
        removed_at: null,
      };
      return {
        unit,
        runs: [{ unit: id, number: 1, ended_at: done_at ?? 'then' }],
        items: [],
        conflicts: [],
      } as unknown as WorkUnit;
    });
    return { runs, state: stateOf(works, 1, { settings: { ...EMPTY.settings, ...settings } }) };
  }
  const left = (runs: string) => readdirSync(runs).sort();

  test('what is older than its days goes; what belongs to a unit that goes on stays', async () => {
    const { state, runs } = house(
      [
        { days: 31, mib: 0 },
        { days: 29, mib: 0 },
        { days: null, mib: 0 },
      ],
      {},
    );
    await clearRuns(state, runs, NOW);
    assert.deepEqual(left(runs), ['1-1', '2-1']);
  });

  test('of what is left the newest stay, as much as there is room for', async () => {
    const units = [
      { days: 3, mib: 2 },
      { days: 1, mib: 2 },
      { days: 2, mib: 2 },
      { days: null, mib: 3 },
    ];
    const { state, runs } = house(units, { keep_mib: 4 });
    await clearRuns(state, runs, NOW);
    assert.deepEqual(left(runs), ['1-1', '2-1', '3-1']);
    await clearRuns(state, runs, NOW);
    assert.deepEqual(left(runs), ['1-1', '2-1', '3-1'], 'again, nothing more');
  });

  test('a folder that belongs to no known run is left alone', async () => {
    const { state, runs } = house([{ days: 400, mib: 0 }], {});
    mkdirSync(join(runs, '7-1'));
    utimesSync(join(runs, '7-1'), 0, 0);
    await clearRuns(state, runs, NOW);
    assert.deepEqual(left(runs), ['7-1']);
    await clearRuns(state, join(runs, 'nowhere'), NOW);
    assert.ok(existsSync(runs));
  });

  test('a line is found wherever it stands, forwards and backwards, whatever its case and its colours', async () => {
    const path = join(folder, 'lines');
    const lines = Array.from({ length: 60_000 }, (_, nth) => `line ${nth} ${'x'.repeat(30)}`);
    const places = [0, 27_000, 27_001, 59_999];
    for (const nth of places) lines[nth] = 'a \x1b[31mNee\x1b[0mdle';
    writeFileSync(path, `${lines.join('\n')}\n`);
    const starts = places.map((nth) => lines.slice(0, nth).reduce((sum, line) => sum + line.length + 1, 0));
    const seek = async (back: boolean, begin: number) => {
      const found: number[] = [];
      for (let at: number | null = begin; ; ) {
        at = await findLine(path, { text: 'needle', from: at, back });
        if (at === null) return found;
        found.push(at);
        if (!back) at += 1;
      }
    };
    assert.deepEqual(await seek(false, 0), starts);
    assert.deepEqual(await seek(true, statSync(path).size), [...starts].reverse());
    assert.equal(
      await findLine(path, { text: '31m', from: 0, back: false }),
      null,
      'what is not shown is not found',
    );
    assert.equal(await findLine(join(folder, 'none'), { text: 'x', from: 0, back: false }), null);
    assert.equal(await findLine(path, { text: '', from: 0, back: false }), null);
  });

  test('in one line of many megabytes, what stands across the edges of the blocks is found', async () => {
    const path = join(folder, 'long-line');
    const text = Buffer.alloc(3 * MIB, 'x');
    text.write('needle', MIB - 3);
    writeFileSync(path, text);
    const found = await findLine(path, { text: 'needle', from: 0, back: false });
    assert.ok(found !== null && found <= MIB - 3 && found > MIB - 16);
    assert.equal(await findLine(path, { text: 'nowhere', from: 3 * MIB, back: true }), null);
  });
});
