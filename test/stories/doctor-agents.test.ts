/** `signalbox doctor --agents`: what it tries of an agent, what it says of one that does not work, and what it leaves. */
import assert from 'node:assert/strict';
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, test } from 'node:test';
import type { AgentReport, AgentsReport } from '../../client/cli/doctor/agent-report.ts';
import { sendData, serveModel } from '../../client/scripted-models/model-server.ts';
import { DaemonFixture } from '../daemon-fixture.ts';
import { OUTPUTS } from '../schemas/outputs.ts';
import { until } from '../until.ts';

const STAND_IN = join(import.meta.dirname, '..', '..', '..', 'test', 'stand-ins', 'acp-with-model.mjs');

describe('doctor --agents', () => {
  let house: DaemonFixture;
  afterEach(() => house.close());

  /** A project with these agents, each one way of the stand-in; nothing of it has been used before. */
  async function open(ways: Readonly<Record<string, string>>, { trusted = true, env = [] as string[] } = {}) {
    house = DaemonFixture.make();
    const [bin, temporary] = ['bin', 't'].map((name) => join(house.folder, name)) as [string, string];
    for (const folder of [bin, temporary]) mkdirSync(folder);
    // By a name that says nothing of it.
    const program = join(bin, 'mine');
    writeFileSync(program, `#!/bin/sh\nexec '${process.execPath}' '${STAND_IN}' "$@"\n`);
    chmodSync(program, 0o755);
    Object.assign(house.env, {
      PATH: `${bin}:/usr/bin:/bin`,
      TMPDIR: temporary,
      HOME: join(house.folder, 'home'),
      OPENAI_API_KEY: 'the-real-one',
      MINE: 'a secret',
    });
    const agents = Object.fromEntries(
      Object.entries(ways).map(([name, way]) => [
        name,
        {
          driver: 'acp',
          like: 'qwen',
          command: ['mine', way, join(house.folder, name)],
          env: ['MINE', ...env],
        },
      ]),
    );
    writeFileSync(join(house.project, 'signalbox.json'), JSON.stringify({ agents }));
    if (trusted) await house.signalbox('trust', '--yes');
  }

  async function doctor(...flags: string[]) {
    const { code, stdout, stderr } = await house.signalbox('doctor', '--agents', '--json', ...flags);
    const read = OUTPUTS.doctor?.schema.safeParse(JSON.parse(stdout));
    assert.ok(read?.success, read?.error?.message);
    const { agents, signalbox_json } = read.data as AgentsReport;
    return {
      code,
      stderr,
      signalbox_json,
      agents: Object.fromEntries(agents.map((each) => [each.name, each])),
    };
  }
  const codes = (agent: AgentReport | undefined) =>
    Object.fromEntries((agent?.trials ?? []).map(({ what, code }) => [what, code]));
  const nothingIsLeft = () => {
    assert.deepEqual(readdirSync(house.env.TMPDIR ?? ''), []);
    assert.deepEqual(house.processesWith(STAND_IN), []);
    assert.deepEqual(house.processesWith(`TMPDIR=${house.env.TMPDIR}`), []);
  };

  test('an agent that works: asked, answered and heard, and nothing of it is left or was touched', async () => {
    await open({ well: 'well' });
    const before = readdirSync(house.paths.folder);
    const { code, agents } = await doctor();
    assert.equal(code, 0);
    const { well } = agents;
    assert.deepEqual(codes(well), {
      permission: 'arrived',
      question: 'arrived',
      ask_human: 'arrived',
      'live turn': 'only-live',
    });
    assert.deepEqual(
      [well?.configured, well?.driver, well?.like, well?.version],
      [true, 'acp', 'qwen', '1.2.3'],
    );
    assert.ok((well?.ms ?? 0) > 0);
    const env = JSON.parse(readFileSync(join(house.folder, 'well'), 'utf8')) as Record<string, string>;
    assert.deepEqual(
      [env.OPENAI_API_KEY, env.MINE],
      ['dummy', undefined],
      'its login is none of the operator',
    );
    assert.ok(env.HOME?.startsWith(house.env.TMPDIR ?? '-'));
    assert.ok(!existsSync(house.env.HOME ?? ''), 'the home of the operator is not touched');
    assert.deepEqual(readdirSync(house.paths.folder), before);
    assert.equal(agents.claude?.path, null, 'what is not installed is listed');
    assert.equal(agents.qwen, undefined, 'the configured one stands for the known one');
    nothingIsLeft();
  });

  test('agents that do not work: each says where it broke, and the others are tried all the same', async () => {
    await open({ open: 'never-asks', idle: 'idle', deaf: 'deaf', dead: 'dies', well: 'well' });
    const { code, agents, stderr } = await doctor();
    assert.equal(code, 1);
    assert.match(stderr, /Something that was tried did not work/);
    assert.equal(codes(agents.open).permission, 'not-asked');
    assert.equal(codes(agents.open).ask_human, 'arrived');
    assert.equal(codes(agents.idle).permission, 'no-effect');
    assert.deepEqual([codes(agents.deaf).question, codes(agents.deaf).ask_human], ['not-heard', 'not-heard']);
    assert.deepEqual(
      agents.dead?.trials.slice(0, 3).map(({ code, result }) => [code, result]),
      [
        ['ended', 'failed'],
        ['ended', 'failed'],
        ['ended', 'failed'],
      ],
    );
    assert.match(agents.dead?.trials[0]?.detail ?? '', /The agent has ended/);
    assert.equal(codes(agents.well).ask_human, 'arrived');
    nothingIsLeft();
  });

  test('agents that nobody has trusted are not tried; that a program is unknown or missing is said', async () => {
    await open({ well: 'well' }, { trusted: false });
    const { code, agents, signalbox_json } = await doctor();
    assert.deepEqual([code, agents.well, signalbox_json], [0, undefined, 'new']);
    assert.ok(!existsSync(join(house.folder, 'well')));
    const agentsText = {
      plain: { command: ['mine'] },
      gone: { driver: 'acp', command: ['no-such-program'] },
    };
    writeFileSync(join(house.project, 'signalbox.json'), JSON.stringify({ agents: agentsText }));
    await house.signalbox('trust', '--yes');
    const { stdout } = await house.signalbox('doctor', '--agents');
    assert.match(
      stdout,
      /^plain {2}mine 1\.2\.3, as a command, configured\n {2}note {2}permission {2}Not tried: there is no scripted model for mine\./m,
    );
    assert.match(stdout, /^gone {2}no-such-program is not found/m);
    assert.match(stdout, /^Not installed, and not tried: claude \(claude-agent-acp\), /m);
  });

  test('Ctrl-C in between: what was begun is ended, also one that does not want to, and removed', async () => {
    await open({ stays: 'stays' });
    const running = house.run('doctor', '--agents');
    await until('the agent', () => existsSync(join(house.folder, 'stays')));
    running.child.kill('SIGINT');
    const { code, stderr } = await running.finished;
    assert.equal(code, 130);
    assert.match(stderr, /Ended before all was tried; nothing is left of it/);
    nothingIsLeft();
  });

  test('--live: one real turn, with the login of the operator, in an empty folder', async () => {
    let turns = 0;
    const model = await serveModel(async ({ response }) => {
      const called = {
        name: 'mcp__signalbox__ask_human',
        arguments: '{"question":"Does the answer arrive?"}',
      };
      const delta = turns++ === 0 ? { tool_calls: [{ function: called }] } : { content: 'It does.' };
      sendData(response, [{ choices: [{ index: 0, delta }] }]);
    });
    try {
      await open({ well: 'well' });
      house.env.OPENAI_BASE_URL = model.url;
      const { code, agents, stderr } = await doctor('--live');
      assert.deepEqual([code, codes(agents.well)['live turn'], turns], [0, 'arrived', 2]);
      assert.match(stderr, /one real turn of well, with your login: this costs money/);
      assert.match(model.requests[0] ?? '', /read no files, change nothing/);
      const env = JSON.parse(readFileSync(join(house.folder, 'well'), 'utf8')) as Record<string, string>;
      assert.deepEqual([env.OPENAI_API_KEY, env.HOME], ['the-real-one', house.env.HOME]);
      nothingIsLeft();
      assert.equal((await house.signalbox('doctor', '--live')).code, 64);
    } finally {
      await model.close();
    }
  });
});
