/**
 * What else may happen to a real agent: it is told something while it works, it is killed, its own rules refuse a call, and
 * its session is gone on with in the next phase; while the daemon is killed with -9, too. Needs the npm registry, once for each.
 */
import assert from 'node:assert/strict';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { until } from '../until.ts';
import { ALL, eachAgent, type Stage } from './each-agent.ts';

const LONG_MS = 180_000;

for (const incident of ['nothing', 'daemon'] as const) {
  const meanwhile = incident === 'daemon' ? ', and the daemon killed with -9' : '';
  eachAgent(ALL, `its acts${meanwhile}`, (stage) => {
    const { agent, trial } = stage;
    const dies = async () => {
      if (incident === 'daemon') await stage.restart();
    };
    /** A command that ends when the file is there. */
    const waits = (file: string, then: string) =>
      agent.run(`until [ -e ${stage.real.effect(file)} ]; do sleep 0.1; done; ${then}`);
    const go = (file: string) => writeFileSync(stage.real.effect(file), '');

    trial(`told something while it works${meanwhile}`, incident, ['interrupt'], async (saw) => {
      await stage.open();
      const { real, model } = stage;
      // What only looks is not always asked about.
      await real.add('a', waits('go', `echo went >> ${real.effect('went')}`));
      await real.answer('a', await real.asked('a'), '--option', 'once');
      await atWork(stage, 1);
      await real.ok('interrupt', 'a', `mind-the-port-${incident}`);
      await dies();
      const isHeard = () => model.requests.some((body) => body.includes(`mind-the-port-${incident}`));
      await until('the words to arrive', isHeard, LONG_MS).finally(() => go('go'));
      // A scripted model whose command was cancelled calls it again.
      const again = await real.next('a');
      if (again) await real.answer('a', again, '--option', 'once');
      await real.done('a');
      assert.equal((await real.detail('a')).runs.length, 1);
      saw('interrupt');
    });

    trial(`killed, it ends whole and makes no more calls${meanwhile}`, incident, ['kill'], async (saw) => {
      await stage.open();
      const { real, model } = stage;
      const effect = real.effect('effect');
      for (const chunk of ['works', 'ends']) await real.add(chunk, waits('go', `echo ${chunk} >> ${effect}`));
      await real.add('asks', agent.run(`echo asks >> ${effect}`));
      for (const chunk of ['works', 'ends'])
        await real.answer(chunk, await real.asked(chunk), '--option', 'once');
      const card = await real.asked('asks');
      await atWork(stage, 2);
      const killed = ['ends', 'asks'];
      for (const chunk of killed) await real.ok('kill', chunk);
      await dies();
      for (const chunk of killed)
        await until(`${chunk} to end`, async () => (await real.detail(chunk)).live === null, LONG_MS);
      const before = model.requests.length;
      go('go');
      await real.done('works');
      assert.equal(readFileSync(effect, 'utf8'), 'works\n');
      const since = model.requests.slice(before);
      for (const chunk of killed)
        assert.ok(!since.some((body) => body.includes(`echo ${chunk} >>`)), `${chunk} has not gone on`);
      for (const chunk of killed) assert.notEqual(await real.house.statusOf(chunk), 'DONE');
      assert.equal((await real.asked('asks')).id, card.id, 'the question stays');
      saw('kill');
    });

    trial(`refused by its own rules: an item, never done${meanwhile}`, incident, ['refused'], async (saw) => {
      await stage.open({ denies: true });
      const { real } = stage;
      // Of a file outside of the project some ask, whatever the rule.
      const kept = real.file('kept');
      writeFileSync(kept, '');
      await real.add('a', agent.run('rm kept'));
      const card = await real.asked('a');
      assert.match(card.prompt, /^Run 1 ended, but \w+ was refused and you were not asked\. What now\?$/);
      assert.equal((await real.detail('a')).runs[0]?.outcome?.exit, 'refused');
      await dies();
      assert.equal((await real.asked('a')).id, card.id);
      assert.ok(existsSync(kept));
      await real.answer('a', card, '--option', 'close', 'it may stay');
      await real.done('a');
      saw('refused');
    });

    trial(`the next phase goes on with its session${meanwhile}`, incident, ['resumed'], async (saw) => {
      await stage.open({ phases: ['ONE', 'TWO'] });
      const { real } = stage;
      await real.addWith('a', ['--review', 'ONE'], agent.run('echo one'));
      // Some ask before they print words, some do not.
      for (let card = await real.next('a'); card !== null; card = await real.next('a')) {
        if (card.kind === 'review') {
          await dies();
          if (agent.losesWithinMinute) await nextMinute();
        }
        await real.answer('a', card, '--option', card.kind === 'review' ? 'approve' : 'once');
      }
      const { runs, history } = await real.detail('a');
      const sessions = history
        .filter(({ what }) => /has the session/.test(what))
        .map(({ what }) => what.split(' ').at(-1));
      assert.deepEqual([runs.length, sessions.length, new Set(sessions).size], [2, 2, 1]);
      saw('resumed');
    });
  });
}

function nextMinute(): Promise<void> {
  const now = new Date().getMinutes();
  return until('the next minute', () => new Date().getMinutes() !== now, LONG_MS);
}

/** So many of the commands that wait for a file are at work. */
const atWork = ({ real }: Stage, count: number): Promise<void> =>
  until(`${count} to work`, () => real.processes(/until \[ -e/).length >= count, LONG_MS);
