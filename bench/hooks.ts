/** What a hook costs a session for which nobody is there: beside a Node that reads its standard input and ends. */
import { spawnSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { DaemonFixture, PROGRAM } from '../test/daemon-fixture.ts';
import { afterwards } from './cleanup.ts';
import { type Figure, median, ms } from './figure.ts';

const ROUNDS = 21;

interface Way {
  readonly name: string;
  readonly args: readonly string[];
  readonly input: object;
  readonly cwd: string;
}

export async function hooks(): Promise<Figure> {
  const [never, killed, runs] = [DaemonFixture.make(), DaemonFixture.make(), DaemonFixture.make()];
  for (const house of [never, killed, runs]) {
    afterwards(() => house.close());
    house.env.CLAUDE_CONFIG_DIR = join(house.folder, 'claude');
    mkdirSync(house.env.CLAUDE_CONFIG_DIR);
    await house.ok('hooks', 'install', 'claude', '--yes');
  }
  for (const house of [killed, runs]) await house.start('--port', '0');
  await killed.end('SIGKILL');
  const bare = { name: 'a Node that reads its input', args: ['-e', 'process.stdin.resume()'], input: {} };
  return figureOf(
    measure([
      { ...bare, cwd: never.project },
      hookIn(never, 'a permission, where no daemon ever ran', 'PermissionRequest'),
      hookIn(killed, 'a permission, where the daemon was killed', 'PermissionRequest'),
      hookIn(runs, 'another event, beside a daemon', 'PostToolUse'),
    ]),
  );
}

function hookIn({ folder, project: cwd }: DaemonFixture, name: string, event: string): Way {
  const state = join(folder, 'state', 'signalbox');
  const session_id = '1f3c9a2b-0000-4000-8000-000000000000';
  const call = { tool_name: 'Bash', tool_input: { command: 'make' } };
  return {
    name,
    args: [PROGRAM, 'hook', 'claude', '--state', state],
    input: { session_id, cwd, hook_event_name: event, ...call },
    cwd,
  };
}

/** By turns, so that a slow minute of the machine is slow for all. The first turn warms up. */
function measure(ways: readonly Way[]) {
  const taken = ways.map(({ name }) => ({ name, times: [] as number[] }));
  for (let round = 0; round <= ROUNDS; round++)
    for (const [nth, { args, input, cwd }] of ways.entries()) {
      const from = performance.now();
      const { status, stdout } = spawnSync(process.execPath, args, { cwd, input: JSON.stringify(input) });
      const time = performance.now() - from;
      if (status !== 0 || stdout.length > 0)
        throw new Error(`${args.join(' ')} ended with ${status}: ${stdout}`);
      if (round > 0) taken[nth]?.times.push(time);
    }
  return taken;
}

function figureOf(taken: ReturnType<typeof measure>): Figure {
  const bare = median(taken[0]?.times ?? []);
  return {
    title: 'A hook for which nobody is there',
    head: [
      ['', 'median', 'slowest', 'beyond bare Node'],
      ['', 'ms', 'ms', 'ms'],
    ],
    rows: taken.map(({ name, times }, nth) => [
      name,
      ms(median(times)),
      ms(Math.max(...times)),
      nth === 0 ? '' : ms(median(times) - bare),
    ]),
    note: `${ROUNDS} rounds, each in a process of its own, from its start to its end.`,
  };
}
