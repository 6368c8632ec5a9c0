/**
 * Each real agent, at each moment at which it waits for the operator, while nobody dies, or the daemon, the agent, or the
 * program of ours between them. No answer is lost or told twice, and nothing unanswered is done. Needs the npm registry, once for each.
 */
import assert from 'node:assert/strict';
import { killQuietly } from '../daemon-fixture.ts';
import { until } from '../until.ts';
import type { Act } from './cells.ts';
import { ALL, eachAgent, type Stage } from './each-agent.ts';
import { answerRound, begin, cardsOf, check, type Moment, momentsOf } from './moments.ts';

const LONG_MS = 180_000;
/** Noted for those, too, that have no such thing. */
const MOMENTS: readonly Act[] = [
  'allowed',
  'denied',
  'always',
  'question',
  'several',
  'words',
  'plan',
  'sent-back',
  'human',
];

eachAgent(ALL, 'its moments', (stage) => {
  const { agent, trial } = stage;
  const moments = momentsOf(agent);
  /** They are done, each as it must be. */
  const judge = async (saw: (act: Act) => void, runs: number, those: readonly Moment[] = moments) => {
    for (const each of those) {
      await stage.real.done(each.name);
      await check(stage.real, each, stage.model.requests);
      assert.equal((await stage.real.detail(each.name)).runs.length, runs, each.name);
      saw(each.name);
    }
  };

  trial('answered', 'nothing', MOMENTS, async (saw) => {
    await stage.open({ atOnce: 10 });
    await begin(stage.real, moments);
    for (const each of moments)
      for (const nth of each.rounds.keys()) await answerRound(stage.real, each, nth);
    await judge(saw, 1);
  });

  trial(
    'in a git repository: the daemon killed with -9 at each, then answered',
    'daemon',
    MOMENTS,
    async (saw) => {
      await stage.open({ git: true, atOnce: 10 });
      await begin(stage.real, moments);
      const before = await idsOf(stage, moments);
      await stage.restart();
      assert.deepEqual(await idsOf(stage, moments), before);
      for (const each of moments) await answerRound(stage.real, each, 0);
      const twice = moments.filter(({ rounds }) => rounds.length > 1);
      for (const each of twice) await cardsOf(stage.real, each, 1);
      if (twice.length > 0) await stage.restart();
      for (const each of twice) await answerRound(stage.real, each, 1);
      if (agent.keepsRule) await reviewed(stage);
      await judge(saw, 1);
    },
  );

  const killed = async (victims: () => readonly number[], those: readonly Moment[]) => {
    await stage.open({ atOnce: 10 });
    await begin(stage.real, those);
    for (const each of those) await cardsOf(stage.real, each, 0);
    const pids = victims();
    assert.ok(pids.length > 0);
    for (const pid of pids) killQuietly(pid);
  };
  const inNextRun = async (saw: (act: Act) => void, those: readonly Moment[]) => {
    for (const each of those) await ended(stage, each);
    for (const each of those) await answerAfterwards(stage, each);
    await judge(saw, 2, those);
    for (const { name } of those) await sameSession(stage, name);
  };

  trial('the agent killed at each, then answered', 'agent', MOMENTS, async (saw) => {
    await killed(() => stage.real.programs(agent.program), moments);
    await inNextRun(saw, moments);
  });

  trial('our program between them killed at each, then answered', 'adapter', MOMENTS, async (saw) => {
    const all = agent.startsAgain ? momentsOf(agent, 1) : moments;
    // It asks by its next call what it asked by the one that failed.
    const asked = all.filter(({ name }) => agent.startsAgain && SEVERAL_CALLS.includes(name));
    await killed(() => stage.real.processes(agent.adapter), all);
    for (const each of asked) await askedAgain(stage, each);
    for (const each of asked) for (const nth of each.rounds.keys()) await answerRound(stage.real, each, nth);
    await judge(saw, 1, asked);
    await inNextRun(
      saw,
      all.filter((each) => !asked.includes(each)),
    );
  });
});

/** What it allows itself is a change of its worktree, to be merged like any other. */
async function reviewed({ real }: Stage): Promise<void> {
  const card = await real.next('always');
  assert.equal(card?.kind, 'review');
  await real.answer('always', card, '--option', 'approve');
}

const SEVERAL_CALLS: readonly Act[] = ['always', 'sent-back'];

const idsOf = (stage: Stage, moments: readonly Moment[]) =>
  Promise.all(moments.map(async (each) => (await cardsOf(stage.real, each, 0)).map(({ id }) => id).sort()));

/** Its run is over, it is not done, and what it has asked stays. */
async function ended({ real }: Stage, { name }: Moment): Promise<void> {
  await until(`${name} to end`, async () => (await real.detail(name)).runs[0]?.ended_at !== null, LONG_MS);
  assert.equal(await real.house.statusOf(name), 'NEEDS_ATTENTION', name);
}

/** The run goes on, and waits for the same item. */
async function askedAgain({ real }: Stage, { name }: Moment): Promise<void> {
  const look = async () => (await real.detail(name)).history.some(({ what }) => /asked again/.test(what));
  await until(`${name} to ask again`, look, LONG_MS);
}

/** The scripted model does what the newest words say: a session that goes on hears them with the answer. */
async function answerAfterwards({ agent, real }: Stage, moment: Moment): Promise<void> {
  const script = agent.goesOn ? moment.script(real.effect(moment.name)) : [];
  for (const nth of moment.rounds.keys()) await answerRound(real, moment, nth, nth === 0 ? script : []);
}

async function sameSession({ agent, real }: Stage, chunk: string): Promise<void> {
  const sessions = (await real.detail(chunk)).history.flatMap(({ what }) =>
    /has the session/.test(what) ? [what.split(' ').at(-1)] : [],
  );
  assert.equal(sessions.length, 2, chunk);
  // Gemini has not always written a session of which the first turn has not ended.
  assert.ok(new Set(sessions).size <= (agent.name === 'gemini' ? 2 : 1), chunk);
}
