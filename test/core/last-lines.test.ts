import assert from 'node:assert/strict';
import { appendFileSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { LastLines } from '../../server/output/last-lines.ts';
import { runFiles } from '../../server/system/run-files.ts';
import type { Pulses } from '../../shared/board.ts';
import type { WorktreeProgress } from '../../shared/work-words.ts';
import { inHouse, spec, turn } from './store-fixture.ts';

const linesOf = (pulses: Pulses) => pulses['unit:0']?.lines;

test('how far a unit without a run is, until that is over', async (t: TestContext) => {
  t.mock.timers.enable({ apis: ['setInterval'] });
  const gone = new AbortController();
  await inHouse(async (house) => {
    await house.add(spec('a'));
    const progress = new Map<number, WorktreeProgress>();
    const reader = new LastLines(house.store, '/nowhere', progress);
    const heard: Pulses[] = [];
    const following = (async () => {
      for await (const pulses of reader.follow({}, gone.signal)) heard.push(pulses);
    })();
    const tick = async () => {
      t.mock.timers.tick(1000);
      await turn();
    };
    progress.set(0, { code: 'files', percent: 1 });
    await tick();
    await tick();
    progress.set(0, { code: 'ignored' });
    await tick();
    progress.delete(0);
    await tick();
    await tick();
    assert.deepEqual(heard.map(linesOf), [['files: 1 %'], ['copying what git ignores'], []]);
    assert.deepEqual(reader.now({}), {});
    gone.abort();
    await following;
  })();
});

test('who watches hears at most once a second, however many look in between', async (t: TestContext) => {
  t.mock.timers.enable({ apis: ['setInterval'] });
  const runs = mkdtempSync(join(tmpdir(), 'signalbox-pulses-'));
  const gone = new AbortController();
  try {
    await inHouse(async (house) => {
      await house.add(spec('a'));
      await house.start('a');
      const { output } = runFiles(runs, 0, 1);
      mkdirSync(dirname(output));
      appendFileSync(output, 'first\n');
      const reader = new LastLines(house.store, runs);
      const heard: Pulses[] = [];
      const following = (async () => {
        for await (const pulses of reader.follow({}, gone.signal)) heard.push(pulses);
      })();
      await turn();
      assert.deepEqual(heard.map(linesOf), [['first']]);
      for (const line of ['second', 'third']) {
        appendFileSync(output, `${line}\n`);
        assert.deepEqual(linesOf(reader.now({})), [line], 'a page shows what is so now');
        await turn();
      }
      assert.equal(heard.length, 1);
      t.mock.timers.tick(1000);
      await turn();
      assert.deepEqual(heard.slice(1).map(linesOf), [['third']]);
      gone.abort();
      await following;
    })();
  } finally {
    rmSync(runs, { recursive: true, force: true });
  }
});
