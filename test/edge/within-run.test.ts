/** Inside a run, every command but the few of a run is refused before it does anything. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { afterEach, beforeEach, test } from 'node:test';
import { ProgramError } from '../../client/cli/output/program-error.ts';
import { program } from '../../client/cli/program.ts';
import { processAndAncestors } from '../../server/system/processes.ts';
import { isWithinRun } from '../../server/system/within-run.ts';
import { everyCommand } from '../every-command.ts';

const RUNS = [
  'ask',
  'withdraw',
  'report',
  'conflict',
  'history',
  'show',
  'logs',
  'wait',
  'diff',
  'mcp',
  'claude',
  'acp',
];
/** A hook that runs inside a run does nothing: test/stories/hooks. */
const HARMLESS = ['completion', 'complete', 'hook'];

const before = { ...process.env };
beforeEach(() => {
  process.env.SIGNALBOX_MARKER = 'a run';
  process.env.SIGNALBOX_SOCKET = '/no/such/socket';
});
afterEach(() => {
  for (const name of Object.keys(process.env)) if (!(name in before)) delete process.env[name];
});

async function errorOf(argv: readonly string[]): Promise<unknown> {
  return program.parseAsync(['node', 'signalbox', ...argv]).then(
    () => null,
    (error: unknown) => error,
  );
}

for (const { name, argv } of everyCommand('other').filter((each) => !HARMLESS.includes(each.name)))
  test(`signalbox ${name}, inside a run`, async () => {
    const error = await errorOf(argv);
    assert.ok(error instanceof ProgramError, `${error}`);
    assert.equal(error.exitCode, 77, error.message);
    const expected = RUNS.includes(name) ? /lost its credential/ : /is not for what runs inside a run/;
    assert.match(error.message, expected);
  });

const MARKER = '0123456789abcdef0123456789abcdef';

/** What is said of a shell below a shell with these arguments and this environment. */
async function isKnown(args: readonly string[], env: NodeJS.ProcessEnv): Promise<boolean> {
  const child = spawn(
    '/bin/sh',
    ['-c', 'env -i /bin/sh -c "echo \\$\\$; read -r x; exit 0"; true', ...args],
    {
      env: { PATH: before.PATH, ...env },
      stdio: ['pipe', 'pipe', 'ignore'],
    },
  );
  try {
    const [said] = (await once(child.stdout, 'data')) as [Buffer];
    return isWithinRun(processAndAncestors(Number(said.toString())));
  } finally {
    child.stdin.end();
    await once(child, 'exit');
  }
}

test('a process without any variable is known by a wrapper among its ancestors', async () => {
  assert.equal(await isKnown([`signalbox-run-${MARKER}`], {}), true);
});

test('and by the marker in the environment of one of them', async () => {
  assert.equal(await isKnown(['x'], { SIGNALBOX_MARKER: MARKER }), true);
});

test('others are not taken for a run, whatever they are called', async () => {
  const env = { MY_SIGNALBOX_MARKER: MARKER, SIGNALBOX_MARKER: '', SIGNALBOX_PROJECT: '/p' };
  for (const name of ['x', 'signalbox-run-', `signalbox-run-${MARKER}0`, `/tmp/signalbox-run-${MARKER}`])
    assert.equal(await isKnown([name], env), false, name);
});

test('a process that is gone has no ancestors', () => {
  assert.deepEqual(processAndAncestors(2 ** 22 + 1), []);
});
