/** Whose process is it? Never a number alone; and who of a run's family is left. */
import assert from 'node:assert/strict';
import { type ChildProcess, type SpawnOptions, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import {
  closeSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { isAlive, lookUp, processesOfRun, sendSignal } from '../../server/system/processes.ts';
import { until } from '../until.ts';

const folder = realpathSync(mkdtempSync(join(tmpdir(), 'sbx-processes-')));
const started = new Set<number>();
after(async () => {
  for (const pid of started) quietly(() => process.kill(pid, 'SIGKILL'));
  await until('every process to end', () => [...started].every((pid) => isGone(pid)));
  rmSync(folder, { recursive: true, force: true });
});

function quietly(act: () => void): void {
  try {
    act();
  } catch {
    // it ended by itself
  }
}

const isGone = (pid: number) => lookUp(pid)?.zombie ?? true;
const onLinux = { skip: process.platform !== 'linux' };
const newMarker = () => randomBytes(16).toString('hex');

/** Waits for its end for as long as nobody ends it. `name` is `$0`, a place for a marker. */
async function sleeper(name: string, more: SpawnOptions = {}): Promise<ChildProcess & { pid: number }> {
  const child = spawn('/bin/sh', ['-c', 'while :; do sleep 1000; done', name], {
    stdio: 'ignore',
    env: { PATH: process.env.PATH },
    detached: true,
    ...more,
  });
  await once(child, 'spawn');
  started.add(child.pid ?? 0);
  const own = child as ChildProcess & { pid: number };
  await until('its child', () => descendantsOf(own.pid).length > 0);
  for (const pid of descendantsOf(own.pid)) started.add(pid);
  return own;
}

const descendantsOf = (pid: number): number[] =>
  readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && lookUp(Number(name))?.parent === pid)
    .map(Number);

/** A command that leaves one process behind, prints its number, and ends. */
async function left(script: string, more: SpawnOptions): Promise<number> {
  const child = spawn('/bin/sh', ['-c', script], {
    stdio: ['ignore', 'pipe', 'ignore'],
    detached: true,
    ...more,
  });
  let said = '';
  child.stdout?.on('data', (part: Buffer) => {
    said += part.toString();
  });
  await once(child, 'exit');
  await until('its number', () => /^\d+\n/.test(said));
  const pid = Number.parseInt(said, 10);
  started.add(pid);
  return pid;
}

const identityOf = (pid: number) => ({ pid, started: lookUp(pid)?.started ?? '' });

test('a process is ours when number, start and marker agree', async () => {
  const marker = newMarker();
  const { pid } = await sleeper(`signalbox-run-${marker}`);
  assert.ok(isAlive(identityOf(pid), marker));
});

test('a stranger with the same number but another start is not ours', async () => {
  const marker = newMarker();
  const { pid } = await sleeper(`signalbox-run-${marker}`);
  const { started } = identityOf(pid);
  for (const other of ['', '0', `${Number(started) - 1}`, `${Number(started) + 1}`, `${started}0`])
    assert.ok(!isAlive({ pid, started: other }, marker), other);
});

test('a stranger with the same number and start but another marker is not ours', async () => {
  const { pid } = await sleeper(`signalbox-run-${newMarker()}`);
  assert.ok(!isAlive(identityOf(pid), newMarker()));
});

test('the test itself is nobody of ours, nor is init, nor a number that nobody has', () => {
  assert.ok(!isAlive(identityOf(process.pid), newMarker()));
  assert.ok(!isAlive(identityOf(1), newMarker()));
  assert.ok(!isAlive({ pid: 2 ** 22 + 1, started: '1' }, ''));
  assert.equal(lookUp(2 ** 22 + 1), null);
});

test('an ended process is not alive', async () => {
  const marker = newMarker();
  const child = await sleeper(`signalbox-run-${marker}`);
  const identity = identityOf(child.pid);
  child.kill('SIGKILL');
  await once(child, 'exit');
  assert.ok(!isAlive(identity, marker));
});

test('a zombie is not alive, and nobody of the family', async () => {
  // A shell that has turned into `sleep` collects no children. The child ends after that, or the shell may collect it.
  const marker = newMarker();
  const ended = 'until grep -q sleep /proc/$PPID/comm; do :; done';
  const script = `/bin/sh -c '${ended}' "signalbox-run-${marker}" & echo $!; exec sleep 1000`;
  const parent = spawn('/bin/sh', ['-c', script], { stdio: ['ignore', 'pipe', 'ignore'], detached: true });
  started.add(parent.pid ?? 0);
  const [said] = (await once(parent.stdout, 'data')) as [Buffer];
  const pid = Number(said.toString());
  await until('the zombie', () => lookUp(pid)?.zombie === true);
  const identity = identityOf(pid);
  assert.notEqual(identity.started, '');
  assert.ok(!isAlive(identity, ''), 'even where every marker would do');
  assert.ok(!processesOfRun(marker, parent.pid ?? 0, '').includes(pid));
});

test('a name with blanks and parentheses does not shift what is read', onLinux, async () => {
  const odd = join(folder, 'a) S 1 1 (b');
  symlinkSync('/bin/sh', odd);
  const child = spawn(odd, ['-c', 'read -r line'], { stdio: ['pipe', 'ignore', 'ignore'], detached: true });
  await once(child, 'spawn');
  started.add(child.pid ?? 0);
  await until('the new name', () => /\(a\) S/.test(statOf(child.pid)));
  const found = lookUp(child.pid ?? 0);
  assert.deepEqual([found?.parent, found?.group, found?.zombie], [process.pid, child.pid, false]);
  assert.match(found?.started ?? '', /^\d+$/);
});

const statOf = (pid: number | undefined) => readFileSync(`/proc/${pid}/stat`, 'latin1');

test('the family is the group of one who is proven', async () => {
  const marker = newMarker();
  const { pid } = await sleeper(`signalbox-run-${marker}`);
  const family = processesOfRun(marker, pid, '');
  assert.deepEqual(family.sort(), [pid, ...descendantsOf(pid)].sort());
  assert.ok(family.length >= 2);
});

test('a group number alone proves nothing: it may be a stranger’s by now', async () => {
  const { pid } = await sleeper('x');
  assert.deepEqual(processesOfRun(newMarker(), pid, ''), []);
});

test('the family is whoever has the marker in the arguments', async () => {
  const marker = newMarker();
  const { pid } = await sleeper(`signalbox-run-${marker}`);
  assert.ok(processesOfRun(marker, null, '').includes(pid));
});

test('a child in a session of its own is found by the marker in its environment', async () => {
  const marker = newMarker();
  const env = { PATH: process.env.PATH, SIGNALBOX_MARKER: marker };
  const pid = await left('setsid sleep 1000 >/dev/null 2>&1 & echo $!', { env });
  await until('its own session', () => lookUp(pid)?.group === pid);
  assert.deepEqual(processesOfRun(marker, null, ''), [pid]);
});

/** One in a session of its own, with nothing in its environment; it has only this file open, as 1 or as 2. */
async function holding(output: string, as: 1 | 2): Promise<number> {
  const file = openSync(output, 'a');
  const other = as === 1 ? '2>/dev/null' : '>/dev/null';
  const script = `env -i setsid sleep 1000 ${as}>&3 ${other} 3>&- & echo $!`;
  try {
    return await left(script, { stdio: ['ignore', 'pipe', 'ignore', file], env: { PATH: process.env.PATH } });
  } finally {
    closeSync(file);
  }
}

test('one that cleared its environment is found by the output that it holds open', onLinux, async () => {
  const output = join(folder, 'output');
  const pids = [await holding(output, 1), await holding(output, 2)];
  await until('both sessions', () => pids.every((pid) => lookUp(pid)?.group === pid));
  assert.deepEqual(processesOfRun(newMarker(), null, output).sort(), pids.sort());
  assert.deepEqual(processesOfRun(newMarker(), null, `${output}-of-another`), []);
});

test('the same where the folder of the runs is reached by a link', onLinux, async () => {
  mkdirSync(join(folder, 'real'));
  symlinkSync(join(folder, 'real'), join(folder, 'link'));
  const output = join(folder, 'link', 'output');
  const pid = await holding(output, 1);
  await until('its session', () => lookUp(pid)?.group === pid);
  assert.deepEqual(processesOfRun(newMarker(), null, output), [pid]);
});

test('the children of the family belong to it, whatever they look like', async () => {
  const marker = newMarker();
  const script = `env -i /bin/sh -c 'setsid sleep 1000 & wait'`;
  const env = { PATH: process.env.PATH, SIGNALBOX_MARKER: marker };
  const child = spawn('/bin/sh', ['-c', `${script}; true`, 'x'], { env, stdio: 'ignore', detached: true });
  started.add(child.pid ?? 0);
  await until('a grandchild in a group of its own', () => {
    const family = processesOfRun(marker, null, '');
    for (const pid of family) started.add(pid);
    return family.some((pid) => lookUp(pid)?.group === pid && pid !== child.pid);
  });
});

test('no stranger is of the family, and not we ourselves', async () => {
  const stranger = await sleeper(newMarker());
  const marker = newMarker();
  const { pid } = await sleeper(`signalbox-run-${marker}`);
  const family = processesOfRun(marker, pid, join(folder, 'nothing'));
  assert.ok(!family.includes(stranger.pid) && !family.includes(process.pid));
});

test('of a family that is gone, nobody is found', async () => {
  assert.deepEqual(processesOfRun(newMarker(), null, join(folder, 'nothing')), []);
});

test('a signal to a process that has ended is no error; one that the system does not know is', async () => {
  const child = spawn('/bin/sh', ['-c', 'exit 0'], { stdio: 'ignore' });
  await once(child, 'exit');
  sendSignal(child.pid ?? 0, 'SIGTERM');
  assert.throws(() => sendSignal(process.pid, 'SIGNOTHING' as NodeJS.Signals), {
    code: 'ERR_UNKNOWN_SIGNAL',
  });
});
