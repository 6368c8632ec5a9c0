/** Units added from the page: by its forms and over its socket, with the same rules; never with a command. */
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { DaemonFixture } from '../daemon-fixture.ts';
import { until } from '../until.ts';
import { Callers } from './callers.ts';

const house = DaemonFixture.make();
const callers = new Callers(house);
const AGENTS = { agents: { script: { command: ['true'], phases: ['PLAN', 'BUILD'] } } };

before(async () => {
  await house.start('--port', '0', '--max-agents', '0');
  assert.ok(callers.token);
  assert.match((await callers.anyone({ path: '/new' })).body, /No agent is trusted yet/);
  writeFileSync(join(house.project, 'signalbox.json'), JSON.stringify(AGENTS));
  const { code, stderr } = await house.signalbox('trust', '--yes');
  assert.equal(code, 0, stderr);
  await until('the agent', async () =>
    (await callers.read<{ agents: { names: string[] } }>('status')).agents.names.includes('script'),
  );
});
after(() => house.close());

interface Shown {
  readonly chunk: string;
  readonly goal: string;
  readonly agent: string;
  readonly priority: number;
  readonly after: readonly { readonly chunk: string }[];
}
const unit = (chunk: string) => callers.read<Shown>('unit', { chunk });
const FORM = { goal: 'Say how long the README is.', agent: 'script' };

test('a form with an agent and a goal adds a unit, named by its goal, and leads to it', async () => {
  const { status, headers } = await callers.form('/new', { ...FORM, priority: '7', review: 'yes' });
  assert.deepEqual([status, headers.location], [303, '/work-units/say-how-long-readme']);
  const { goal, agent, priority } = await unit('say-how-long-readme');
  assert.deepEqual({ goal, agent, priority }, { ...FORM, priority: 7 });
});

test('the same form sent twice adds once; drawn again it adds another', async () => {
  const fields = { ...FORM, goal: 'Count the words', seen: '4' };
  const [one, two] = [await callers.form('/new', fields), await callers.form('/new', fields)];
  assert.deepEqual([one.headers.location, two.headers.location], Array(2).fill('/work-units/count-words'));
  const { headers } = await callers.form('/new', { ...fields, seen: '5' });
  assert.equal(headers.location, '/work-units/count-words-2');
});

test('what it waits for is chosen among the units', async () => {
  await callers.form('/new', { ...FORM, chunk: 'first' });
  await callers.form('/new', { ...FORM, chunk: 'second', after: 'first, say-how-long-readme' });
  assert.deepEqual(
    (await unit('second')).after.map(({ chunk }) => chunk),
    ['first', 'say-how-long-readme'],
  );
});

for (const [what, fields, message, field] of [
  ['without a goal', { ...FORM, goal: ' ' }, 'Say what it is to do', 'goal'],
  ['without an agent', { goal: 'x', agent: '' }, 'Choose an agent', 'agent'],
  [
    'with an agent that nobody trusts',
    { goal: 'x', agent: 'other' },
    'no trusted agent called other',
    'agent',
  ],
  ['with a name that is none', { ...FORM, chunk: 'No Name' }, 'A chunk is', 'chunk'],
  ['with a name that is taken', { ...FORM, goal: 'new', chunk: 'first' }, 'exists with other facts', 'chunk'],
  ['after a unit that is none', { ...FORM, after: 'firts' }, 'no unit called firts', 'after'],
  ['with a priority that is none', { ...FORM, priority: 'high' }, 'priority', 'priority'],
  ['in place with a branch', { ...FORM, place: 'project', base: 'main' }, 'Only work in a worktree', 'base'],
] as const)
  test(`a form ${what} is drawn again with its words, and nothing is added`, async () => {
    const seq = await callers.seq();
    const { status, body } = await callers.form('/new', { after: 'first', ...fields });
    assert.ok(status >= 400 && status < 500, String(status));
    assert.ok(body.includes(message), body);
    assert.match(body, new RegExp(`id="new-${field}"[^>]*aria-invalid="true"`));
    for (const words of Object.values(fields)) if (words.trim()) assert.ok(body.includes(words), words);
    assert.equal(await callers.seq(), seq);
  });

const PLAN = `{
  "units": [
    { "chunk": "one", "agent": "script" },
    { "chunk": "two", "agent": "script", "after": ["one"] }
  ]
}`;

test('a pasted plan is added whole, and again it adds nothing', async () => {
  const { status, headers } = await callers.form('/new/plan', { plan: PLAN });
  assert.deepEqual([status, headers.location], [303, '/']);
  const seq = await callers.seq();
  assert.equal((await callers.form('/new/plan', { plan: PLAN })).status, 303);
  assert.equal(await callers.seq(), seq);
  assert.equal((await unit('two')).after.length, 1);
});

for (const [what, plan, message] of [
  ['is no JSON', PLAN.replace('"one",', '"one"'), 'Line 3: this is not JSON'],
  ['ends too early', PLAN.slice(0, -3), 'Line 5: this is not JSON'],
  [
    'has mistakes',
    PLAN.replace('"one"', '"three"').replace('"two"', '"No"').replace('"after"', '"behind"'),
    'Line 4: units.1.chunk: A chunk is',
  ],
  [
    'has a field that nobody knows',
    PLAN.replace('"two", "agent"', '"four",\n "agnt"'),
    'Line 5: units.1.agnt: Unrecognized',
  ],
  [
    'has a command',
    PLAN.replace('"two", "agent": "script"', '"five", "command": "rm -rf /"'),
    'five: commands are added at the terminal',
  ],
  [
    'waits for itself',
    PLAN.replace(/one/g, 'six').replace('"two"', '"six-b"').replace('"agent"', '"after": ["six-b"], "agent"'),
    'would wait for itself',
  ],
  ['is empty', '', 'Paste a plan'],
  ['is too long', `[${' '.repeat(200_000)}`.repeat(2).slice(0, 400_001), '400000 characters'],
] as const)
  test(`a plan that ${what} is refused whole, with the line or the unit, and its words`, async () => {
    const seq = await callers.seq();
    const sent =
      plan.length > 100_000
        ? await callers.script('/new/plan', { text: plan })
        : await callers.form('/new/plan', { plan });
    assert.ok(sent.status >= 400 && sent.status < 500, String(sent.status));
    assert.ok(sent.body.includes(message), sent.body);
    if (plan !== '' && plan.length < 100_000) assert.match(sent.body, /<textarea id="plan-text"[^>]*>\n\{/);
    assert.equal(await callers.seq(), seq);
  });

test('no way of our page adds a command; the terminal and scripts do', async () => {
  const units = [{ chunk: 'command', command: 'true' }];
  const seq = await callers.seq();
  const headers = { 'content-type': 'application/json', origin: callers.origin };
  const asked = await Promise.all(
    ['/work-units', '/trpc/units.add'].map((path) =>
      callers.anyone({ method: 'POST', path, headers, body: JSON.stringify({ units }) }),
    ),
  );
  assert.deepEqual(
    asked.map(({ status }) => status),
    [403, 403],
  );
  assert.equal(await callers.seq(), seq);
  assert.equal((await callers.script('/work-units', { units })).status, 200);
});

test('the nearest units come first in what completes a name', async () => {
  const found = await callers.read<{ chunk: string }[]>('units.find', { q: 'two' });
  assert.deepEqual(
    found.map(({ chunk }) => chunk),
    ['two'],
  );
  const [first] = await callers.read<{ chunk: string }[]>('units.find', { q: 'one' });
  assert.equal(first?.chunk, 'one');
});
