/** An agent whose shell tool drops variables, or that tries: it becomes nobody by what it leaves out. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { DaemonFixture } from '../daemon-fixture.ts';
import { everyCommand } from '../every-command.ts';

const house = DaemonFixture.make();
const other = join(house.folder, 'other');
const home = join(house.folder, 'home');
let deedsBefore: readonly string[] = [];

before(async () => {
  for (const folder of [other, home]) mkdirSync(folder);
  house.env.HOME = home;
  await house.start('--port', '0');
  await house.add('other', 'signalbox ask "Which port?"');
  await house.untilStatus('other', 'NEEDS_ATTENTION');
  deedsBefore = await deeds();
});
after(() => house.close());

/** What was done in the operator's name, without the units that the test itself adds. */
async function deeds(): Promise<string[]> {
  const { events } = await house.json<{ events: { type: string; by: { role: string } }[] }>('audit');
  return events
    .filter(({ by, type }) => by.role === 'operator' && type !== 'unit.added')
    .map(({ type }) => type);
}

let tries = 0;

/** Runs a script inside a run, and returns what it printed. */
async function inRun(script: string): Promise<string> {
  const chunk = `agent-${++tries}`;
  const path = join(house.folder, `${chunk}.sh`);
  writeFileSync(path, script);
  await house.add(chunk, `sh '${path}'; true`);
  assert.equal((await house.signalbox('wait', chunk, '--timeout', '120')).code, 0, chunk);
  return (await house.signalbox('logs', chunk)).stdout;
}

const BARE = () => `env -i PATH="$PATH" HOME="$HOME" XDG_STATE_HOME='${house.env.XDG_STATE_HOME}'`;

/** Each command, with its exit code behind it. */
const each = (how: string, commands: readonly string[]) =>
  commands
    .map((command) => `${how} signalbox ${command} </dev/null 2>&1; echo "code $? ${command}"`)
    .join('\n');

const codesIn = (text: string): string[] =>
  [...text.matchAll(/^code (\d+) /gm)].map(([, code]) => code ?? '');

const STEERING = [
  'add more --command true',
  'answer other 8080',
  'hold other',
  'kill other',
  'config update max_agents=9',
  'token add',
  'stop',
  'open',
];

test('with all its variables dropped, an agent is not the operator', async () => {
  const text = await inRun(each(BARE(), STEERING));
  assert.deepEqual(
    codesIn(text),
    STEERING.map(() => '77'),
    text,
  );
  assert.deepEqual(await deeds(), deedsBefore);
  assert.equal(await house.statusOf('other'), 'NEEDS_ATTENTION');
});

test('no run says who may embed, how much is taken, or what is trusted, with its credential or without', async () => {
  writeFileSync(join(house.project, 'signalbox.json'), '{"agents":{}}');
  const door = readFileSync(house.paths.door, 'utf8');
  const commands = [
    'origin add https://evil.example',
    'origin remove https://x.example',
    'limits set batch 9',
    'trust --yes',
  ];
  for (const how of ['', BARE(), 'env -u SIGNALBOX_CREDENTIAL']) {
    const text = await inRun(each(how, commands));
    assert.deepEqual(
      codesIn(text),
      commands.map(() => '77'),
      text,
    );
  }
  assert.equal(readFileSync(house.paths.door, 'utf8'), door);
  assert.ok(!existsSync(house.paths.trusted));
});

test('no run starts a daemon, for its own project or another, and finds none', async () => {
  const start = ['start --no-auth --port 0', 'start --foreground --no-auth --port 0', 'doctor'];
  const elsewhere = start.map((command) => `--project '${other}' ${command}`);
  const finds = [`--project '${other}' ls`, `--project '${house.project}' status`];
  const commands = [...start, ...elsewhere, ...finds];
  for (const how of ['', BARE(), 'env -i PATH="$PATH" HOME="$HOME"']) {
    const text = await inRun(each(how, commands));
    assert.deepEqual(
      codesIn(text),
      commands.map(() => '77'),
      text,
    );
  }
  assert.ok(!existsSync(join(home, '.local')), 'a second state folder was made');
});

test('one that left the family of processes but holds its output is still known', async () => {
  const script = join(house.folder, 'left.sh');
  const tried = join(house.folder, 'tried');
  const hold = 'signalbox hold other 2>&1; echo "code $? hold"';
  writeFileSync(script, `while kill -0 "$1" 2>/dev/null; do sleep 0.05; done\n${hold}\ntouch '${tried}'\n`);
  const leave = `${BARE()} sh -c 'setsid sh "$1" $$ & exit 0' sh '${script}'`;
  const text = await inRun(`${leave}\nuntil [ -e '${tried}' ]; do sleep 0.05; done`);
  assert.match(text, /inside a run, without its credential/);
  assert.doesNotMatch(text, /^code 0 hold/m);
  assert.deepEqual(await deeds(), deedsBefore);
});

test('no command but those of a run does anything inside a run, with its credential, without, or without any variable', async () => {
  const commands = everyCommand('other')
    // mcp without any input has nothing to do, and ends well; so does a hook, which is silent inside a run.
    .filter(({ name }) => !['completion', 'complete', 'mcp', 'hook'].includes(name))
    .map(({ name, argv }) => [...argv, ...(name === 'ask' ? ['--chunk', 'other'] : [])].join(' '));
  for (const how of ['', 'env -u SIGNALBOX_CREDENTIAL', BARE()]) {
    const text = await inRun(each(how, commands));
    const codes = codesIn(text);
    assert.equal(codes.length, commands.length, text);
    assert.ok(!codes.includes('0'), text);
  }
  assert.deepEqual(await deeds(), deedsBefore);
  assert.equal(await house.statusOf('other'), 'NEEDS_ATTENTION');
});

describe('requests over the Unix socket that no terminal sends', {
  skip: process.platform !== 'linux',
}, () => {
  /** Adds a unit by a request with these headers; `file` is held open where it is given. */
  const request = (headers: string, prepare = '') => `
    import { request } from 'node:http';
    import { openSync } from 'node:fs';
    ${prepare}
    const call = request(
      { socketPath: '${house.paths.socket}', method: 'POST', path: '/trpc/units.add',
        headers: { 'content-type': 'application/json', ${headers} } },
      (answer) => { console.log('status ' + answer.statusCode); process.exit(0); },
    );
    call.end(JSON.stringify({ units: [{ chunk: 'forged', external: true }] }));`;
  const word = 'a'.repeat(32);
  const folder = house.paths.callers;

  /** Of the daemon, which is in no run and has its database open. */
  const another = `process.env.DAEMON + '-${word}'`;
  const linked = (how: string) => `import { ${how} as link } from 'node:fs';
    link('${house.paths.database}', '${folder}/' + ${another});`;

  for (const [what, headers, prepare] of [
    ['that say nothing of who calls', '', ''],
    ['that name the first process', `'signalbox-caller': '1-${word}'`, ''],
    ['that name the daemon', `'signalbox-caller': process.ppid + '-${word}'`, ''],
    ['that name two', `'signalbox-caller': ['1-${word}', '1-${word}']`, ''],
    ['that name a file elsewhere', `'signalbox-caller': '../x'`, ''],
    [
      'that name another process for a file of their own',
      `'signalbox-caller': '1-${word}'`,
      `openSync('${folder}/1-${word}', 'wx');`,
    ],
    [
      'that name by a link what another process has open',
      `'signalbox-caller': ${another}`,
      linked('symlinkSync'),
    ],
    [
      'that name by a second name what another process has open',
      `'signalbox-caller': ${another}`,
      linked('linkSync'),
    ],
    [
      'that show who calls as the terminal does',
      `'signalbox-caller': process.pid + '-${word}'`,
      `openSync('${folder}/' + process.pid + '-${word}', 'wx');`,
    ],
  ] as const)
    test(`${what} add nothing`, async () => {
      const script = join(house.folder, `request-${++tries}.mjs`);
      writeFileSync(script, request(headers, prepare));
      const daemon = `DAEMON=${house.holder()?.pid}`;
      const text = await inRun(`${BARE()} ${daemon} '${process.execPath}' '${script}'`);
      assert.match(text, /^status 403$/m, text);
      assert.equal((await house.signalbox('show', 'forged')).code, 1);
    });

  test('outside of a run, what the terminal shows counts once', async () => {
    const script = join(house.folder, 'outside.mjs');
    const prepare = `const name = process.pid + '-${word}'; openSync('${folder}/' + name, 'wx');`;
    writeFileSync(script, request(`'signalbox-caller': name`, prepare));
    assert.match(execFileSync(process.execPath, [script]).toString(), /status 200/);
    assert.ok(!existsSync(join(folder, word)));
  });
});

test('a second daemon for the project is refused whatever its state home, and says where the first is', async () => {
  const paths = join(house.folder, 'second');
  const started = DaemonFixture.make({ XDG_STATE_HOME: paths });
  try {
    const { code, stderr } = await started.signalbox('--project', house.project, 'start', '--port', '0');
    assert.equal(code, 75, stderr);
    assert.match(stderr, new RegExp(`already runs for ${house.project} \\(pid ${house.holder()?.pid}\\)`));
    assert.ok(stderr.includes(house.paths.folder), stderr);
  } finally {
    await started.close();
  }
});
