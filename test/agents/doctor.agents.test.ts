/** `signalbox doctor --agents` with the real agents: each is found, and every way that it has is tried. */
import assert from 'node:assert/strict';
import { mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import type { AgentsReport } from '../../client/cli/doctor/agent-report.ts';
import { DaemonFixture } from '../daemon-fixture.ts';
import { REAL_AGENTS } from './acp-agents.ts';
import { installed } from './installed.ts';

const found = REAL_AGENTS.map((agent) => {
  const { package: name, version, program } = agent;
  return { agent, place: installed(name, version, program) };
});

describe('doctor --agents, with the real agents', () => {
  let report: AgentsReport;
  const house = DaemonFixture.make();
  before(async () => {
    const temporary = join(house.folder, 't');
    mkdirSync(temporary);
    const bins = found.flatMap(({ place }) => ('bin' in place ? [place.bin] : []));
    Object.assign(house.env, { PATH: [...bins, process.env.PATH].join(':'), TMPDIR: temporary });
    const { stdout } = await house.signalbox('doctor', '--agents', '--json');
    report = JSON.parse(stdout) as AgentsReport;
  });
  after(() => house.close());

  for (const { agent, place } of found)
    test(`${agent.package} ${agent.version}`, { skip: 'missing' in place && place.missing }, (t) => {
      const own = report.agents.find(({ name }) => name === agent.name);
      const tried = own?.trials.filter(({ ms }) => ms !== null).map(({ what, ms }) => `${what} ${ms}`);
      t.diagnostic(`there and back, in ms: ${tried?.join(', ')}; all of it ${own?.ms}`);
      assert.equal(own?.version, agent.version);
      const codes = Object.fromEntries(own?.trials.map(({ what, code }) => [what, code]) ?? []);
      assert.deepEqual(codes, {
        permission: 'arrived',
        question: agent.ask === null ? 'no-tool' : 'arrived',
        ask_human: agent.askHuman === null ? 'no-tool' : 'arrived',
        'live turn': 'only-live',
      });
    });

  test('nothing is left', () => {
    assert.deepEqual(readdirSync(house.env.TMPDIR ?? ''), []);
    assert.deepEqual(house.processesWith(`TMPDIR=${house.env.TMPDIR}`), []);
  });
});
