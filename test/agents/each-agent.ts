/** The tests that are the same for each real agent: one is skipped where it cannot be installed, and what is seen is noted. */
import assert from 'node:assert/strict';
import { after, afterEach, before, describe, test } from 'node:test';
import type { ModelServer } from '../../client/scripted-models/model-server.ts';
import { CLAUDE_CODE, REAL_AGENTS, type RealAgent } from './acp-agents.ts';
import { AcpReal, type RealOptions } from './acp-real.ts';
import { type Act, type Incident, note } from './cells.ts';
import { installed } from './installed.ts';
import { tallyOf } from './tally.ts';

export interface Stage {
  readonly agent: RealAgent;
  readonly model: ModelServer;
  /** Opened anew by each test. */
  readonly real: AcpReal;
  open(options?: RealOptions): Promise<void>;
  /** The daemon dies by SIGKILL, and the next one starts. */
  restart(): Promise<void>;
  /**
   * A test. `acts`: what it sees of the agent while this incident happens; `body` says of each when it was seen. Where the
   * agent has no such thing, it is noted why, and there is no test.
   */
  trial(
    what: string,
    incident: Incident,
    acts: readonly Act[],
    body: (saw: (act: Act) => void) => Promise<void>,
  ): void;
}

/** `ALL`: by the Agent Client Protocol, and Claude Code by `claude -p`. */
export const ALL: readonly RealAgent[] = [...REAL_AGENTS, CLAUDE_CODE];

export function eachAgent(agents: readonly RealAgent[], what: string, tests: (stage: Stage) => void): void {
  for (const agent of agents) {
    const found = installed(agent.package, agent.version, agent.program);
    const skip = 'missing' in found ? `skipped: ${found.missing}` : false;
    if (skip) console.error(`${agent.title} is not tried: ${skip}`);
    describe(`${agent.title}: ${what}`, { skip }, () =>
      tests(stageOf(agent, 'bin' in found ? found.bin : '')),
    );
  }
}

function stageOf(agent: RealAgent, bin: string): Stage {
  let model: ModelServer | undefined;
  let real: AcpReal | undefined;
  before(async () => {
    model = await agent.model();
  });
  after(() => model?.close());
  afterEach(async () => {
    await real?.house.close();
    real = undefined;
  });
  const there = <T>(it: T | undefined): T => it ?? assert.fail('It is not open.');
  const stage: Stage = {
    agent,
    get model() {
      return there(model);
    },
    get real() {
      return there(real);
    },
    open: async (options = {}) => {
      real = await AcpReal.open(agent, bin, there(model).url, options);
    },
    restart: async () => {
      await stage.real.house.end('SIGKILL');
      await stage.real.house.start();
    },
    trial: (title, incident, acts, body) => {
      for (const act of acts)
        if (agent.without[act]) note({ agent: agent.title, act, without: agent.without[act] });
      const own = acts.filter((act) => !agent.without[act]);
      if (own.length > 0) test(title, () => tried(stage, incident, own, body));
    },
  };
  return stage;
}

async function tried(
  stage: Stage,
  incident: Incident,
  acts: readonly Act[],
  body: (saw: (act: Act) => void) => Promise<void>,
): Promise<void> {
  const agent = stage.agent.title;
  const seen = new Set<Act>();
  try {
    await body((act) => seen.add(act));
    const tally = await tallyOf(stage.real);
    note({ agent, tally });
    const { lost, twice, mistaken } = tally;
    assert.deepEqual({ lost, twice, mistaken }, { lost: 0, twice: 0, mistaken: 0 });
    assert.deepEqual([...seen].sort(), [...acts].sort(), 'all of it was looked at');
  } finally {
    for (const act of acts) note({ agent, act, incident, isGood: seen.has(act) });
  }
}
