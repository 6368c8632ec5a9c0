/** What systems that the tests do not run on say of processes, as their manuals show it, and how it is read. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  commandsInPs,
  foldersInLsof,
  pidsInLsof,
  processesInPs,
  processInStat,
} from '../../server/system/platform.ts';

/** macOS: ps -ax -o pid= -o ppid= -o pgid= -o state= -o lstart=, under LC_ALL=C and TZ=UTC0. */
const MACOS_PS = `    1     0     1 Ss   Mon Nov 23 07:12:44 2026
  412     1   412 S    Mon Nov 23 07:13:02 2026
60243   412   412 Z    Thu Nov  5 23:59:59 2026
83177 60243 83177 T+   Thu Nov 26 17:51:13 2026
  901   900   901 R+   Thu Nov 26 17:51:13 2026
`;

test('macOS: numbers, groups, starts and states are read from ps', () => {
  const [first, second, zombie, stopped] = processesInPs(MACOS_PS);
  const started = 'Mon Nov 23 07:12:44 2026';
  assert.deepEqual(first, { pid: 1, parent: 0, group: 1, started, zombie: false, stopped: false });
  assert.deepEqual([second?.pid, second?.parent, second?.group], [412, 1, 412]);
  assert.deepEqual([zombie?.zombie, zombie?.stopped], [true, false]);
  assert.deepEqual([stopped?.zombie, stopped?.stopped], [false, true]);
  assert.equal(zombie?.started, 'Thu Nov 5 23:59:59 2026');
  assert.equal(processesInPs(MACOS_PS).length, 5);
});

test('macOS: a process that is not there, a header, or a warning is no process', () => {
  for (const text of ['', '\n', '  PID  PPID\n', 'ps: 99: No such process\n', '   12\n'])
    assert.deepEqual(processesInPs(text), [], JSON.stringify(text));
});

const MARKER = '0123456789abcdef0123456789abcdef';
/** macOS: ps -axwwE -o pid= -o command=. The environment of the system's own programs is not shown. */
const MACOS_COMMANDS = `    1 /sbin/launchd
  412 /bin/sh -c trap : TERM INT HUP QUIT
umask 077
notes=$1 signalbox-run-${MARKER} /Users/me/.local/state/signalbox/p-1/runs/0-1 22 /bin/sh -c make
  901 /opt/homebrew/bin/node agent.js PATH=/usr/bin:/bin HOME=/Users/me SIGNALBOX_MARKER=${MARKER}
`;

test('macOS: arguments and environment are found by number, also those of a command of many lines', () => {
  const found = commandsInPs(MACOS_COMMANDS);
  // By how it begins, a git is known.
  assert.equal(found.get(1), '/sbin/launchd');
  assert.ok(found.get(901)?.includes(`SIGNALBOX_MARKER=${MARKER}`));
  assert.ok(
    found.get(412)?.includes(`signalbox-run-${MARKER}`),
    'the name of the wrapper stands behind its text',
  );
});

test('macOS: lsof -t says the numbers of those that have a file open', () => {
  assert.deepEqual(pidsInLsof('412\n'), [412]);
  assert.deepEqual(pidsInLsof('412\n60243\n'), [412, 60243]);
  for (const text of ['', '\n', 'lsof: status error on /x: No such file or directory\n'])
    assert.deepEqual(pidsInLsof(text), []);
});

test('Linux, with whatever libc: a command name that looks like fields shifts nothing', () => {
  const rest = '1 77 77 34816 77 4194560 1 0 0 0 0 0 0 0 20 0 1 0 8815 2469888 1';
  for (const name of ['sh', 'a) S 1 1 (b', 'busybox', ''])
    assert.deepEqual(processInStat(77, `77 (${name}) S ${rest}`), {
      pid: 77,
      parent: 1,
      group: 77,
      started: '8815',
      zombie: false,
      stopped: false,
    });
  assert.equal(processInStat(77, ''), null);
});

test('lsof -F0pn: the folder of each process, also one with a line break in its name', () => {
  const said = 'p1\0\nfcwd\0n/\0\np412\0\nfcwd\0n/tmp/a\nb\0\n';
  assert.deepEqual(
    [...foldersInLsof(said)],
    [
      [1, '/'],
      [412, '/tmp/a\nb'],
    ],
  );
});
