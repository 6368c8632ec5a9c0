/** What the real agents say that they have used, against models of which each call takes 10 tokens in and gives 5 out. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, afterEach, before, describe, test } from 'node:test';
import type { ModelServer } from '../../client/scripted-models/model-server.ts';
import { CLAUDE_CODE, REAL_AGENTS, type RealAgent } from './acp-agents.ts';
import { AcpReal } from './acp-real.ts';
import { installed } from './installed.ts';

for (const agent of [...REAL_AGENTS, CLAUDE_CODE]) {
  const found = installed(agent.package, agent.version, agent.program);
  const skip = 'missing' in found ? `skipped: ${found.missing}` : false;
  if (skip) console.error(`${agent.title} is not tried: ${skip}`);
  describe(`what is used by ${agent.title}`, { skip }, () =>
    tryUsage(agent, 'bin' in found ? found.bin : ''),
  );
}

function tryUsage(agent: RealAgent, bin: string) {
  let model: ModelServer;
  let real: AcpReal;
  before(async () => {
    model = await agent.model();
  });
  after(() => model?.close());
  afterEach(() => real.house.close());

  test('over two phases in one session', async () => {
    real = await AcpReal.open(agent, bin, model.url, { phases: ['ONE', 'TWO'] });
    await real.add('a', agent.run('echo one'), agent.run('echo two'));
    let last = '';
    for (;;) {
      const card = await real.next('a');
      if (card === null) break;
      if (card.id === last) continue;
      last = card.id;
      await real.answer('a', card, '--option', 'once');
    }
    const { runs, usage } = await real.detail('a');
    console.log(
      agent.title,
      model.requests.length,
      JSON.stringify({ usage, runs: runs.map((r) => r.usage) }),
    );
    for (const { number } of runs) {
      try {
        const text = readFileSync(join(real.house.paths.runs, `0-${number}`, 'acp.jsonl'), 'utf8');
        for (const line of text.split('\n'))
          if (/usage|quota|"method":"session\/(load|new|prompt)|cost/i.test(line))
            console.log(`  ${number} ${line.slice(0, 900)}`);
      } catch (e) {
        console.log(String(e));
      }
      console.log(number, (await real.logs('a')).slice(0, 1500));
    }
    assert.ok(runs.length);
  });
}
