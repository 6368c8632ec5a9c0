/** The small process around each run, with real processes. */
import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, realpathSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, afterEach, test } from 'node:test';
import { shellAgent } from '../../server/agents/shell-agent.ts';
import { makeRunFolder, readNotes, spawnWrapper } from '../../server/runs/wrapper.ts';
import { lookUp, processesOfRun } from '../../server/system/processes.ts';
import { type RunFiles, runFiles } from '../../server/system/run-files.ts';
import type { UnitSpec } from '../../shared/words.ts';
import { until } from '../until.ts';

const folder = realpathSync(mkdtempSync(join(tmpdir(), 'sbx-wrapper-')));
const wrappers: ChildProcess[] = [];
/** Everything started here has the folder in its arguments or its environment. */
async function endAll(): Promise<void> {
  for (const { stdin } of wrappers.splice(0)) stdin?.destroy();
  await until('the processes of the test to end', () => {
    const left = processesOfRun(folder, null, '');
    for (const pid of left) quietly(() => process.kill(pid, 'SIGKILL'));
    return left.length === 0;
  });
}
afterEach(endAll);
after(async () => {
  await endAll();
  rmSync(folder, { recursive: true, force: true });
});

function quietly(act: () => void): void {
  try {
    act();
  } catch {
    // it ended by itself
  }
}

let made = 0;
interface Wrapped {
  readonly child: ChildProcess;
  readonly files: RunFiles;
  readonly marker: string;
  readonly ended: Promise<unknown>;
  output(): string;
}

function wrap(command: readonly string[], env: NodeJS.ProcessEnv = {}): Wrapped {
  const files = runFiles(folder, ++made, 1);
  makeRunFolder(files);
  const marker = randomBytes(16).toString('hex');
  const own = { PATH: process.env.PATH, HERE: folder, SIGNALBOX_MARKER: marker, ...env };
  const child = spawnWrapper({ files, marker, command, cwd: folder, env: own, umask: 0o022 });
  child.stdin?.on('error', () => {});
  wrappers.push(child);
  const ended = endOf(child);
  return { child, files, marker, ended, output: () => readFileSync(files.output, 'utf8') };
}

const PATIENCE_MS = 5000;

/** By force after a while, so that a wrapper that hears no signal fails its test instead of holding it up. */
async function endOf(child: ChildProcess): Promise<void> {
  const late = setTimeout(() => quietly(() => process.kill(-(child.pid ?? 0), 'SIGKILL')), PATIENCE_MS);
  await once(child, 'exit');
  clearTimeout(late);
}

const line = (command: string) => {
  const spec = { steps: [{ phase: 'IMPLEMENT', command }] } as Partial<UnitSpec> as UnitSpec;
  const unit = { chunk: 'one', title: '', goal: '', spec };
  const task = { unit, phase: 'IMPLEMENT', run: 1, answered: [], messages: [], project: folder };
  return shellAgent.command({ ...task, answers_file: '', by_file: false, session: null, work: null });
};
const go = ({ child }: Wrapped) => child.stdin?.end('go\n');

/** Runs a command line to its end. */
async function run(command: readonly string[], env?: NodeJS.ProcessEnv): Promise<Wrapped> {
  const wrapped = wrap(command, env);
  go(wrapped);
  await wrapped.ended;
  return wrapped;
}

const exitOf = (code: number) => ({ began: true, ended: { exit: 'exited', code } });

for (const [command, code] of [
  ['true', 0],
  ['exit 1', 1],
  ['exit 42', 42],
  ['exit 255', 255],
  ['kill -KILL $$', 137],
  ['kill -TERM $$', 143],
  ['no-such-program-anywhere', 127],
  ['/etc/passwd', 126],
] as const)
  test(`"${command}" is noted as ended with ${code}`, async () => {
    const { files } = await run(line(command));
    assert.deepEqual(readNotes(files), exitOf(code));
  });

test('a program that is not there is noted, too', async () => {
  const { files } = await run(['/no/such/program']);
  assert.deepEqual(readNotes(files), exitOf(127));
});

test('what it prints, on both outputs, is in the file, which nobody else may read', async () => {
  const { files, output } = await run(line('echo out; echo err >&2; printf half'));
  assert.equal(output(), 'out\nerr\nhalf');
  assert.equal(statSync(files.output).mode & 0o777, 0o600);
  assert.equal(statSync(files.folder).mode & 0o777, 0o700);
});

test('without "go" nothing runs: the daemon died first', async () => {
  const proof = join(folder, 'ran-without-go');
  const wrapped = wrap(line(`touch ${proof}`));
  await once(wrapped.child, 'spawn');
  wrapped.child.stdin?.destroy();
  await wrapped.ended;
  assert.deepEqual(readNotes(wrapped.files), { began: false, ended: null });
  assert.ok(!existsSync(proof));
});

test('a daemon killed before "go" leaves nothing behind: its end of the pipe closes by itself', async () => {
  const proof = join(folder, 'ran-without-daemon');
  const files = runFiles(folder, ++made, 1);
  makeRunFolder(files);
  const daemon = `
    const { spawnWrapper } = await import(${JSON.stringify(new URL('../../server/runs/wrapper.js', import.meta.url).href)});
    const child = spawnWrapper({ files: ${JSON.stringify(files)}, marker: 'killed-daemon', command: ['/bin/touch', ${JSON.stringify(proof)}], cwd: '/', env: process.env, umask: 18 });
    child.on('spawn', () => console.log(child.pid));
    setInterval(() => {}, 1000);`;
  const env = { PATH: process.env.PATH, HERE: folder };
  const child = spawn(process.execPath, ['--input-type=module', '-e', daemon], {
    env,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [said] = (await once(child.stdout, 'data')) as [Buffer];
  const pid = Number(said.toString());
  assert.ok(lookUp(pid), 'the wrapper waits');
  child.kill('SIGKILL');
  await until('the wrapper to end', () => lookUp(pid) === null || lookUp(pid)?.zombie === true);
  assert.deepEqual(readNotes(files), { began: false, ended: null });
  assert.ok(!existsSync(proof));
});

test('another word than "go" runs nothing', async () => {
  for (const word of ['no\n', 'gone\n', '\n', ' \n', 'go away\n', 'g']) {
    const wrapped = wrap(line('true'));
    wrapped.child.stdin?.end(word);
    await wrapped.ended;
    assert.deepEqual(readNotes(wrapped.files), { began: false, ended: null }, JSON.stringify(word));
  }
});

test('it has not begun before "go", has begun and not ended while it runs', async () => {
  const gate = join(folder, `gate-${++made}`);
  const wrapped = wrap(line(`until [ -e ${gate} ]; do sleep 0.02; done; exit 3`));
  await once(wrapped.child, 'spawn');
  assert.deepEqual(readNotes(wrapped.files), { began: false, ended: null });
  go(wrapped);
  await until('it to begin', () => readNotes(wrapped.files).began);
  assert.equal(readNotes(wrapped.files).ended, null);
  await run(['/bin/sh', '-c', `touch ${gate}`]);
  await wrapped.ended;
  assert.deepEqual(readNotes(wrapped.files), exitOf(3));
});

for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP', 'SIGQUIT'] as const)
  test(`${signal} to the group ends the command, and the wrapper notes how`, async () => {
    const wrapped = wrap(line('echo up; while :; do sleep 0.02; done'));
    go(wrapped);
    await until('the command to be up', () => wrapped.output().includes('up'));
    process.kill(-(wrapped.child.pid ?? 0), signal);
    await wrapped.ended;
    const { ended } = readNotes(wrapped.files);
    assert.ok(ended?.exit === 'exited' && ended.code > 128, JSON.stringify(ended));
  });

test('TERM to the group does not end the wrapper before a command that takes its time', async () => {
  const script = `trap 'echo asked; sleep 0.1; echo cleaned; exit 7' TERM; echo up; while :; do sleep 0.02; done`;
  const wrapped = wrap(line(script));
  go(wrapped);
  await until('the command to be up', () => wrapped.output().includes('up'));
  process.kill(-(wrapped.child.pid ?? 0), 'SIGTERM');
  await wrapped.ended;
  assert.match(wrapped.output(), /asked\ncleaned\n$/);
  assert.deepEqual(readNotes(wrapped.files), exitOf(7));
});

test('signals are not ignored in the command: what the wrapper traps, the command does not inherit', async () => {
  const { output } = await run(['/bin/sh', '-c', `grep SigIgn /proc/self/status || trap`]);
  if (process.platform === 'linux') {
    const ignored = BigInt(`0x${/SigIgn:\s*([0-9a-f]+)/.exec(output())?.[1]}`);
    for (const number of [1, 2, 3, 15]) assert.equal((ignored >> BigInt(number - 1)) & 1n, 0n, `${number}`);
  }
});

test('TERM before "go" runs nothing', async () => {
  const wrapped = wrap(line('true'));
  await once(wrapped.child, 'spawn');
  process.kill(-(wrapped.child.pid ?? 0), 'SIGTERM');
  wrapped.child.stdin?.destroy();
  await wrapped.ended;
  assert.equal(readNotes(wrapped.files).began, false);
});

test('what the command leaves in its group ends with it, even what ignores TERM', async () => {
  const { output } = await run(
    line(`(trap '' TERM HUP; sleep 1000) & echo $!; sleep 1000 & echo $!; exit 0`),
  );
  const pids = output().trim().split('\n').map(Number);
  assert.equal(pids.length, 2);
  await until('the leftovers to end', () => pids.every((pid) => (lookUp(pid)?.zombie ?? true) === true));
});

test("the command's input is empty", async () => {
  const { output } = await run(line('wc -c; read -r line || echo nothing to read'));
  assert.match(output(), /^\s*0\nnothing to read\n$/);
  const wrapped = wrap(line('cat'));
  wrapped.child.stdin?.end('go\nwords that follow are not for the command\n');
  await wrapped.ended;
  assert.equal(wrapped.output(), '');
});

test('arguments arrive whole, whatever is in them', async () => {
  const odd = [
    '',
    ' ',
    'a b',
    "it's",
    '"double"',
    '$HOME $(id) `id`',
    'line\nbreak\n',
    '\\n \\',
    '*',
    '-n',
    '--',
    '~',
    '!!',
    '; exit 9',
    '\t',
    'ünï 🚦',
    '%s%n',
    'x'.repeat(100_000),
  ];
  const print = 'process.stdout.write(JSON.stringify(process.argv.slice(1)))';
  const { output, files } = await run([process.execPath, '-e', print, '--', ...odd]);
  assert.deepEqual(readNotes(files), exitOf(0));
  assert.deepEqual(JSON.parse(output()), odd);
});

test('a command line with quotes and line breaks arrives whole', async () => {
  const { output } = await run(line(`printf '%s|' "a  b" 'c"d' "it's"\nprintf '%s' end`));
  assert.equal(output(), `a  b|c"d|it's|end`);
});

test('a folder with blanks and quotes in its name does no harm', async () => {
  const odd = join(folder, `it's "odd" $x\n`);
  const files = runFiles(odd, 1, 1);
  makeRunFolder(files);
  const env = { PATH: process.env.PATH, HERE: folder };
  const child = spawnWrapper({
    files,
    marker: 'odd',
    command: line('exit 5'),
    cwd: folder,
    env,
    umask: 0o022,
  });
  child.stdin?.end('go\n');
  await once(child, 'exit');
  assert.deepEqual(readNotes(files), exitOf(5));
});

test('it leads a group of its own, with its marker in its arguments', async () => {
  const wrapped = wrap(line('true'));
  await once(wrapped.child, 'spawn');
  const pid = wrapped.child.pid ?? 0;
  assert.equal(lookUp(pid)?.group, pid);
  if (process.platform === 'linux')
    assert.ok(readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(`signalbox-run-${wrapped.marker}`));
});

test('where the note cannot be made, nothing begins', async () => {
  const wrapped = wrap(line(`touch ${folder}/began-without-note`));
  await once(wrapped.child, 'spawn');
  rmSync(wrapped.files.folder, { recursive: true });
  go(wrapped);
  await wrapped.ended;
  assert.ok(!existsSync(join(folder, 'began-without-note')));
});

test('notes of other kinds are not taken for an end', () => {
  const files = runFiles(folder, ++made, 1);
  assert.deepEqual(readNotes(files), { began: false, ended: null });
  makeRunFolder(files);
  assert.deepEqual(readNotes(files), { began: false, ended: null });
});

test('a run folder made anew holds nothing of an earlier one', async () => {
  const { files } = await run(line('exit 1'));
  makeRunFolder(files);
  assert.deepEqual(readNotes(files), { began: false, ended: null });
  assert.ok(!existsSync(files.output));
});
