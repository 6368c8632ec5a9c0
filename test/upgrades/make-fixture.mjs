/**
 * Makes the database that a version leaves, and what that version says of it: `make-fixture.mjs PROGRAM`, the built
 * dist/signalbox.js of the version, writes schema-N.db.gz and schema-N.json into databases/. Commands that a version does not
 * have yet are left out. To be run before a step of the schema lands, so that its predecessor is kept.
 */
import { spawn, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import Sqlite from 'better-sqlite3';

const program = process.argv[2];
const folder = mkdtempSync(join(tmpdir(), 'sb-fixture-'));
const project = join(folder, 'project');
const env = { ...process.env, XDG_STATE_HOME: join(folder, 'state'), XDG_CONFIG_HOME: folder, NO_COLOR: '1' };
for (const name of Object.keys(env)) if (name.startsWith('SIGNALBOX')) delete env[name];

function signalbox(...args) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [program, ...args], {
    cwd: project,
    env,
    encoding: 'utf8',
  });
  if (status !== 0) console.error(`${args.join(' ')}: ${stderr.trim().split('\n')[0]}`);
  return status === 0 ? stdout : null;
}

async function until(what, holds) {
  for (let tries = 0; tries < 300; tries++) {
    if (holds()) return;
    await pause(50);
  }
  throw new Error(`waited in vain for ${what}`);
}

const show = (chunk) => JSON.parse(signalbox('show', chunk, '--json') ?? 'null');
const untilStatus = (chunk, status) => until(`${chunk}: ${status}`, () => show(chunk)?.status === status);

async function live() {
  signalbox('add', 'done', '--command', 'echo done');
  await untilStatus('done', 'DONE');
  signalbox('add', 'failed', '--command', 'echo why; exit 3');
  await untilStatus('failed', 'NEEDS_ATTENTION');
  signalbox('add', 'asked', '--command', 'signalbox ask "Which port?"');
  await untilStatus('asked', 'NEEDS_ATTENTION');
  signalbox('answer', 'asked', '8080');
  await untilStatus('asked', 'DONE');
  signalbox('add', 'open', '--command', 'signalbox ask "Which color?" --option Red --option Blue');
  await untilStatus('open', 'NEEDS_ATTENTION');
  signalbox('add', 'waiting', '--command', 'true', '--after', 'open');
  signalbox('add', 'never', '--command', 'true', '--after', 'nobody');
  signalbox('add', 'closed', '--command', 'exit 1');
  await untilStatus('closed', 'NEEDS_ATTENTION');
  signalbox('close', 'closed', 'not needed');
  signalbox('add', 'removed', '--command', 'true', '--after', 'nobody');
  signalbox('rm', 'removed');
  signalbox('add', 'held', '--command', 'true', '--after', 'nobody');
  signalbox('hold', 'held', 'later');
  signalbox('add', 'outside', '--external');
  signalbox('report', 'outside', 'started');
  signalbox('report', 'outside', 'failed', 'no room');
  signalbox('add', 'reviewed', '--command', 'true', '--review', 'IMPLEMENT');
  if (show('reviewed')) await untilStatus('reviewed', 'NEEDS_ATTENTION');
  await withAgent();
  signalbox('add', 'judged', '--command', 'true', '--after', 'nobody');
  signalbox('resolve', 'judged', 'failed', 'serialize');
  signalbox('add', 'rival', '--command', 'exit 1', '--path', 'a.txt');
  if (show('rival')) {
    await untilStatus('rival', 'NEEDS_ATTENTION');
    signalbox('add', 'second', '--command', 'true', '--path', 'a.txt');
    await untilStatus('second', 'NEEDS_ATTENTION');
  }
  signalbox('prioritize', 'waiting', '3');
  signalbox('token', 'add');
  signalbox('notify', 'set', 'webhook', 'kinds=question');
  signalbox('snooze', 'outside', '--until-done', 'waiting');
}

/** An agent's unit; where the version has worktrees, in one of its own, with a change that waits for a merge. */
async function withAgent() {
  const agents = { script: { command: ['/bin/sh', '-c', 'echo changed > b.txt'], phases: ['WRITE'] } };
  writeFileSync(join(project, 'signalbox.json'), JSON.stringify({ agents }));
  if (signalbox('trust', '--yes') === null) return;
  signalbox('add', 'agent', '--agent', 'script');
  await until('agent to end', () => ['DONE', 'NEEDS_ATTENTION'].includes(show('agent')?.status));
}

/** What every version can say of a unit. */
function said({ status, items = [], runs = [] }) {
  return {
    status,
    runs: runs.length,
    items: items.map(({ kind, prompt, answer, withdrawn_at, withdrawal, ...more }) => ({
      kind,
      ...(['question', 'decision'].includes(kind) && { prompt }),
      answer: answer?.text ?? more.answered?.text ?? null,
      withdrawn: Boolean(withdrawn_at ?? withdrawal ?? more.state === 'withdrawn'),
    })),
  };
}

function database(home) {
  const name = readdirSync(join(home, 'signalbox')).find((each) => each.startsWith('project'));
  return join(home, 'signalbox', name, 'signalbox.db');
}

mkdirSync(project);
writeFileSync(join(project, 'a.txt'), 'a\n');
for (const args of [
  ['init', '-q', '-b', 'main'],
  ['config', 'user.name', 'Olga'],
  ['config', 'user.email', 'olga@example.org'],
  ['add', 'a.txt'],
  ['commit', '-qm', 'begin'],
])
  spawnSync('git', args, { cwd: project });
const daemon = spawn(process.execPath, [program, 'start', '--foreground', '--port', '0'], {
  cwd: project,
  env,
});
try {
  await until('a daemon', () => signalbox('ls') !== null);
  await live();
  const chunks = JSON.parse(signalbox('ls', '--json')).map(({ chunk }) => chunk);
  const units = Object.fromEntries(chunks.map((chunk) => [chunk, said(show(chunk))]));
  signalbox('stop') ?? daemon.kill('SIGTERM');
  await until('the daemon to end', () => daemon.exitCode !== null);
  const copy = join(folder, 'copy.db');
  const sqlite = new Sqlite(database(env.XDG_STATE_HOME));
  sqlite.prepare('vacuum into ?').run(copy);
  const schema = sqlite.pragma('user_version', { simple: true });
  const target = join(import.meta.dirname, 'databases', `schema-${schema}`);
  writeFileSync(`${target}.db.gz`, gzipSync(readFileSync(copy), { level: 9 }));
  writeFileSync(`${target}.json`, `${JSON.stringify(units, null, 2)}\n`);
  console.log(`schema ${schema}: ${chunks.length} units`);
} finally {
  daemon.kill('SIGKILL');
  for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name)))
    try {
      if (readFileSync(`/proc/${pid}/environ`, 'latin1').includes(folder) && Number(pid) !== process.pid)
        process.kill(Number(pid), 'SIGKILL');
    } catch {
      // it has ended
    }
  rmSync(folder, { recursive: true, force: true });
}
