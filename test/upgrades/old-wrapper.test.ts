/** A run whose wrapper an older version started: the next daemon adopts it, and hears how it ends. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { existsSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { lookUp, sendSignal } from '../../server/system/processes.ts';
import { DaemonFixture } from '../daemon-fixture.ts';
import { Gate } from '../runs/command-gate.ts';
import { endsOf, renameProcess, runOf } from '../runs/run-events.ts';
import { until } from '../until.ts';

/** The wrappers that versions had, each with what stands before the command. Never changed: they are at work somewhere. */
const WRAPPERS = {
  'of schema 1 to 4': {
    before: [],
    text: `
trap : TERM INT HUP QUIT
notes=$1
shift
read -r word
[ "$word" = go ] || exit 0
printf '' > "$notes/began" || exit 0
"$@" </dev/null
code=$?
printf '' > "$notes/ended.$code"
kill -KILL 0
`,
  },
  'of schema 5 to 13': {
    before: ['22'],
    text: `
trap : TERM INT HUP QUIT
umask 077
notes=$1
mask=$2
shift 2
read -r word
[ "$word" = go ] || exit 0
printf '' > "$notes/began" || exit 0
(umask "$mask"; exec "$@") </dev/null
code=$?
printf '' > "$notes/ended.$code"
kill -KILL 0
`,
  },
} as const;

for (const [version, { before, text }] of Object.entries(WRAPPERS))
  test(`a wrapper ${version} is adopted, and its end is recorded`, async () => {
    const house = DaemonFixture.make();
    const gate = new Gate(house.project);
    try {
      await house.start('--port', '0');
      await house.add('work', `touch begun; ${gate.wait}`);
      await until('the run to begin', () => existsSync(join(house.project, 'begun')));
      await house.end('SIGKILL');
      const run = runOf(house, 'work');
      const folder = join(house.paths.runs, `${run.unit}-${run.number}`);
      for (const signal of ['SIGSTOP', 'SIGKILL'] as const)
        for (const pid of house.processes()) sendSignal(pid, signal);
      await until('the family to be gone', () => house.processes().length === 0);
      for (const note of readdirSync(folder)) if (/^(began|ended)/.test(note)) rmSync(join(folder, note));

      const command = ['/bin/sh', '-c', `${gate.wait}; exit 7`];
      const wrapper = spawn(
        '/bin/sh',
        ['-c', text, `signalbox-run-${run.marker}`, folder, ...before, ...command],
        {
          cwd: house.project,
          env: { ...process.env, SIGNALBOX_MARKER: run.marker, SIGNALBOX_SOCKET: house.paths.socket },
          detached: true,
          stdio: ['pipe', 'ignore', 'ignore'],
        },
      );
      wrapper.stdin.end('go\n');
      await until('it to begin', () => existsSync(join(folder, 'began')));
      const found = lookUp(wrapper.pid ?? 0);
      assert.ok(found);
      renameProcess(house, run, { pid: found.pid, started: found.started });

      await house.start();
      assert.equal(await house.statusOf('work'), 'RUNNING');
      gate.open();
      await house.untilStatus('work', 'NEEDS_ATTENTION');
      assert.deepEqual(endsOf(house).get('work'), ['exited with 7']);
    } finally {
      gate.close();
      await house.close();
    }
  });
