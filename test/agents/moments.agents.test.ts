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
  const judge = async (saw: (act: Act) => void, runs: number) => {
    for (const each of moments) {
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
      await judge(saw, 1);
    },
  );

  for (const [incident, who, victims] of [
    ['agent', 'the agent', () => stage.real.programs(agent.program)],
    ['adapter', 'our program between them', () => stage.real.processes(agent.adapter)],
  ] as const)
    trial(`${who} killed at each, then answered`, incident, MOMENTS, async (saw) => {
      await stage.open({ atOnce: 10 });
      await begin(stage.real, moments);
      for (const each of moments) await cardsOf(stage.real, each, 0);
      const pids = victims();
      assert.ok(pids.length > 0);
      for (const pid of pids) killQuietly(pid);
      for (const each of moments) await ended(stage, each);
      for (const each of moments) await answerAfterwards(stage, each);
      await judge(saw, 2);
      for (const { name } of moments) await sameSession(stage, name);
    });
});

const idsOf = (stage: Stage, moments: readonly Moment[]) =>
  Promise.all(moments.map(async (each) => (await cardsOf(stage.real, each, 0)).map(({ id }) => id).sort()));

/** Its run is over, it is not done, and what it has asked stays. */
async function ended({ real }: Stage, { name }: Moment): Promise<void> {
  await until(`${name} to end`, async () => (await real.detail(name)).runs[0]?.ended_at !== null, LONG_MS);
  assert.equal(await real.house.statusOf(name), 'NEEDS_ATTENTION', name);
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
