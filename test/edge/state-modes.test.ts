/** Whatever lies in the state folder is for the operator alone, from its birth; what runs make is as the operator's shell has it. */
import assert from 'node:assert/strict';
import { lstatSync, readdirSync, statSync, watch } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { DaemonFixture } from '../daemon-fixture.ts';

const house = DaemonFixture.make();
const open: string[] = [];
const walked = new Set<string>();
const beginning = process.umask();

/** Looks at everything that stands there now; remembers what is open to others. */
function walk(): void {
  for (const entry of readdirSync(house.paths.folder, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    const mode = lstatSync(path, { throwIfNoEntry: false })?.mode ?? 0;
    walked.add(entry.name);
    if ((mode & 0o077) !== 0) open.push(`${(mode & 0o777).toString(8)} ${path}`);
  }
}

let watching: ReturnType<typeof watch>;
before(async () => {
  process.umask(0o002);
  await house.start('--port', '0');
  // What comes and goes between two looks is seen, too.
  watching = watch(house.paths.folder, { recursive: true }, () => walk());
  await house.add('made', 'umask; echo hello > made; mkdir folder; signalbox ask Q >/dev/null; exit 3');
  await house.untilStatus('made', 'NEEDS_ATTENTION');
  await house.json('answer', 'made', 'yes');
  await house.add('killed', 'sleep 1000');
  await house.untilStatus('killed', 'RUNNING');
  await house.json('kill', 'killed');
  await house.json('origin', 'add', 'https://example.com');
  await house.json('limits', 'set', 'batch', '10');
  await house.untilStatus('killed', 'BLOCKED');
  await house.untilStatus('made', 'NEEDS_ATTENTION');
});
after(async () => {
  watching.close();
  process.umask(beginning);
  await house.close();
});

test('nothing in the state folder is open to others, after runs that ended well, badly and by a kill', async () => {
  walk();
  await house.end('SIGTERM');
  walk();
  for (const name of [
    'lock.db',
    'signalbox.db',
    'signalbox.db-wal',
    'socket',
    'began',
    'ended.3',
    'output',
    'answers.json',
    'callers',
    'bin',
    'door.json',
  ])
    assert.ok(walked.has(name), `${name} was not seen`);
  assert.deepEqual([...new Set(open)], []);
});

test("the mask of the daemon's files is not that of what runs make", () => {
  assert.equal(statSync(join(house.project, 'made')).mode & 0o777, 0o664);
  assert.equal(statSync(join(house.project, 'folder')).mode & 0o777, 0o775);
});
