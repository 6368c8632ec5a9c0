/**
 * Each real agent, at each moment at which it waits for the operator, while somebody dies: the daemon, the agent, or the
 * program of ours between them. No answer is lost or given twice, and nothing unanswered is done. Needs the npm registry, once for each.
 */
import assert from 'node:assert/strict';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, afterEach, before, describe, test } from 'node:test';
import type { ModelServer } from '../../client/scripted-models/model-server.ts';
import { killQuietly } from '../daemon-fixture.ts';
import { until } from '../until.ts';
import { CLAUDE_CODE, REAL_AGENTS, type RealAgent } from './acp-agents.ts';
import { AcpReal } from './acp-real.ts';
import { installed } from './installed.ts';
import { answerRound, begin, cardsOf, check, effectOf, type Moment, momentsOf } from './moments.ts';

const LONG_MS = 90_000;

for (const agent of [...REAL_AGENTS, CLAUDE_CODE]) {
  const found = installed(agent.package, agent.version, agent.program);
  const skip = 'missing' in found ? `skipped: ${found.missing}` : false;
  if (skip) console.error(`${agent.title} is not tried: ${skip}`);
  describe(agent.title, { skip }, () => tryMoments(agent, 'bin' in found ? found.bin : ''));
}

function tryMoments(agent: RealAgent, bin: string) {
  let model: ModelServer;
  let real: AcpReal;
  before(async () => {
    model = await agent.model();
  });
  after(() => model?.close());
  afterEach(() => real.house.close());
  const open = async (more = {}) => {
    real = await AcpReal.open(agent, bin, model.url, { atOnce: 10, ...more });
  };
  const done = (chunk: string) => real.done(chunk);
  const restart = async () => {
    await real.house.end('SIGKILL');
    await real.house.start();
  };

  test('in a git repository: the daemon killed with -9 at every moment, then answered', async () => {
    await open({ git: true });
    const moments = momentsOf(agent, 2);
    await begin(real, moments);
    const before = await Promise.all(moments.map((each) => cardsOf(real, each, 0)));
    await restart();
    const again = await Promise.all(moments.map((each) => cardsOf(real, each, 0)));
    const ids = (all: typeof before) => all.map((cards) => cards.map(({ id }) => id).sort());
    assert.deepEqual(ids(again), ids(before));
    for (const each of moments) await answerRound(real, each, 0);
    const twice = moments.filter(({ rounds }) => rounds.length > 1);
    for (const each of twice) await cardsOf(real, each, 1);
    if (twice.length > 0) await restart();
    for (const each of twice) await answerRound(real, each, 1);
    for (const each of moments) {
      await done(each.name);
      await check(real, each, model.requests);
      assert.equal((await real.detail(each.name)).runs.length, 1, each.name);
    }
  });

  for (const [who, victims] of [
    ['the agent', () => real.programs(agent.program)],
    ['the adapter', () => real.processes(agent.adapter)],
  ] as const)
    test(`${who} killed at every moment: nothing is done, and each answer starts the next run`, async () => {
      await open();
      const moments = momentsOf(agent, 1);
      await begin(real, moments);
      for (const each of moments) await cardsOf(real, each, 0);
      const pids = victims();
      assert.ok(pids.length > 0);
      for (const pid of pids) killQuietly(pid);
      for (const each of moments) {
        const isOver = async () => (await real.detail(each.name)).runs[0]?.ended_at !== null;
        await until(`${each.name} to end`, isOver, LONG_MS);
        assert.equal(await real.house.statusOf(each.name), 'NEEDS_ATTENTION', each.name);
      }
      for (const each of moments) await answerAfterwards(each);
      for (const each of moments) {
        await done(each.name);
        await check(real, each, model.requests);
      }
    });

  /** The scripted model does what the newest words say: a session that goes on hears them with the answer. */
  async function answerAfterwards(moment: Moment): Promise<void> {
    const script = agent.goesOn ? moment.script(effectOf(real, moment)) : [];
    for (const nth of moment.rounds.keys()) await answerRound(real, moment, nth, nth === 0 ? script : []);
  }

  test('what is always allowed is not asked again', async () => {
    await open();
    // A command that writes outside of the project is asked about each time by some.
    writeFileSync(real.file('bump'), '#!/bin/sh\necho x >> effect\n', { mode: 0o755 });
    const effect = real.file('effect');
    await real.add('a', agent.run('./bump'), agent.run('./bump'));
    const card = await real.asked('a');
    const always = card.options.find(({ id }) => id.startsWith('always'));
    assert.ok(always, JSON.stringify(card.options));
    await real.answer('a', card, '--option', always.id);
    await done('a');
    assert.equal(readFileSync(effect, 'utf8'), 'x\nx\n');
    assert.equal((await real.detail('a')).items.length, 1);
  });

  test('the daemon killed with -9 while it works; killed, it ends whole, and makes no more calls', async () => {
    await open();
    const effect = join(real.house.folder, 'effect');
    const go = join(real.house.folder, 'go');
    const works = agent.run(`until [ -e ${go} ]; do sleep 0.1; done; echo x >> ${effect}`);
    for (const chunk of ['works', 'ends']) await real.add(chunk, works);
    await real.add('asks', agent.run(`echo y >> ${effect}`));
    for (const chunk of ['works', 'ends'])
      await real.answer(chunk, await real.asked(chunk), '--option', 'once');
    const card = await real.asked('asks');
    const sleeping = () => real.processes(/until \[ -e/).length;
    await until('both to work', () => sleeping() >= 2, LONG_MS);
    await restart();
    for (const chunk of ['ends', 'asks']) await real.ok('kill', chunk);
    for (const chunk of ['ends', 'asks'])
      await until(`${chunk} to end`, async () => (await real.detail(chunk)).live === null, LONG_MS);
    const calls = model.requests.length;
    writeFileSync(go, '');
    await done('works');
    assert.equal(readFileSync(effect, 'utf8'), 'x\n');
    assert.ok(model.requests.length - calls <= 2, 'only the one that works has gone on');
    for (const chunk of ['ends', 'asks']) assert.notEqual(await real.house.statusOf(chunk), 'DONE');
    assert.ok(existsSync(effect));
    assert.equal((await real.asked('asks')).id, card.id, 'the question stays');
  });
}
