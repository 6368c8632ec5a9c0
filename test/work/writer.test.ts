import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { listWorktrees } from '../../server/work/repository.ts';
import { inTurn } from '../../server/work/writer.ts';
import { until } from '../until.ts';
import { gitAt, operatorsOf, Scene } from './scene.ts';
import { planned, refusal } from './unit.ts';

test('in one process, one after the other, also after one that fails', async (t) => {
  const at = { commonDir: new Scene(t).project };
  const seen: string[] = [];
  const step = (name: string) => async () => {
    seen.push(`${name} begins`);
    await new Promise(setImmediate);
    seen.push(`${name} ends`);
    if (name === 'b') throw new Error('b');
  };
  const all = await Promise.allSettled(['a', 'b', 'c'].map((name) => inTurn(at, step(name))));
  assert.deepEqual(
    all.map(({ status }) => status),
    ['fulfilled', 'rejected', 'fulfilled'],
  );
  assert.deepEqual(seen, ['a begins', 'a ends', 'b begins', 'b ends', 'c begins', 'c ends']);
  assert.deepEqual(readdirSync(at.commonDir), ['signalbox.lock']);
});

const WRITER = join(import.meta.dirname, '../../server/work/writer.js');

/** Holds the repository until it is killed; with a git of its own that lives on, where `orphan` is set. */
async function holder(folder: string, orphan: boolean) {
  const git = `await (await import(${JSON.stringify(WRITER.replace('writer', 'git'))})).starterMark()`;
  const code = `
    const { inTurn } = await import(${JSON.stringify(WRITER)});
    const { spawn } = await import('node:child_process');
    const mark = (${git}).split('=');
    await inTurn({ commonDir: ${JSON.stringify(folder)} }, async () => {
      const env = { ...process.env, [mark[0]]: mark[1] };
      const left = ${orphan} ? spawn('sleep', ['60'], { env, detached: true, stdio: 'ignore' }).pid : 0;
      console.log(left);
      await new Promise((done) => setTimeout(done, 60_000));
    });`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', code], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [said] = await once(child.stdout, 'data');
  return { child, orphan: Number(String(said)) };
}

test('another process holds the repository: waited for, refused after the time limit, free when it is killed', async (t) => {
  const at = { commonDir: new Scene(t).project };
  const { child } = await holder(at.commonDir, false);
  t.after(() => child.kill('SIGKILL'));
  await assert.rejects(
    inTurn(at, async () => 1, 100),
    refusal('repository-busy'),
  );
  child.kill('SIGKILL');
  assert.equal(await inTurn(at, async () => 2, 10_000), 2);
});

test('a git that a killed daemon has left is waited for', async (t) => {
  const at = { commonDir: new Scene(t).project };
  const { child, orphan } = await holder(at.commonDir, true);
  t.after(() => {
    try {
      process.kill(orphan, 'SIGKILL');
    } catch {
      // it has ended
    }
  });
  child.kill('SIGKILL');
  await once(child, 'exit');
  const isBusy = (error: unknown) =>
    refusal('repository-busy')(error) && JSON.stringify(error).includes(`"pid":${orphan}`);
  await assert.rejects(
    inTurn(at, async () => 1, 200),
    isBusy,
  );
  process.kill(orphan, 'SIGKILL');
  assert.equal(await inTurn(at, async () => 2, 10_000), 2);
});

test('a note that was not written whole stops nobody', async (t) => {
  const at = { commonDir: new Scene(t).project };
  writeFileSync(join(at.commonDir, 'signalbox-writer'), 'SIGNALBOX_GIT_OF=');
  assert.equal(await inTurn(at, async () => 3), 3);
  assert.equal(existsSync(join(at.commonDir, 'signalbox-writer')), false);
});

test('two daemons, one repository: both add, at once', async (t) => {
  const scene = Scene.begun(t);
  const before = operatorsOf(scene);
  const step = join(import.meta.dirname, 'step.js');
  const { repository } = await planned(scene);
  const plans = await Promise.all([0, 1, 2, 3, 4, 5].map((id) => planned(scene, `c${id}`, id)));
  const ends = plans.map(async ({ plan }) => {
    const call = JSON.stringify({ step: 'add', project: scene.project, plan });
    const child = spawn(process.execPath, [step, call], { stdio: ['ignore', 'ignore', 'inherit'] });
    return (await once(child, 'exit'))[0];
  });
  assert.deepEqual(await Promise.all(ends), [0, 0, 0, 0, 0, 0]);
  for (const { plan } of plans) assert.equal(gitAt(plan.path, 'status', '--porcelain'), '');
  assert.equal((await listWorktrees(repository)).length, 7);
  assert.deepEqual(operatorsOf(scene), before);
  await until('no note', () => !readdirSync(repository.commonDir).includes('signalbox-writer'));
  assert.equal(readFileSync(join(repository.commonDir, 'signalbox.lock')).length, 0);
});
