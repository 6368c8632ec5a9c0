/** Every exit code that `signalbox --help` names, each reached by real processes, with what is then said. */
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { DaemonFixture, type Finished, PROGRAM, type Running, whatPrints } from '../daemon-fixture.ts';
import { until } from '../until.ts';

interface Row {
  readonly code: number;
  readonly how: string;
  /** On standard error; null: nothing. */
  readonly sentence: RegExp | null;
  readonly reached: (house: DaemonFixture) => Promise<Finished>;
  readonly skip?: boolean;
}

const opened = async (house: DaemonFixture, ...flags: string[]) => {
  await house.start('--port', '0', ...flags);
  return house;
};
/** For a start that is refused. */
const foreground = (house: DaemonFixture, ...flags: string[]) =>
  house.signalbox('start', '--foreground', ...flags);
const write = (house: DaemonFixture, name: string, text: string) => {
  const path = join(house.folder, name);
  mkdirSync(join(path, '..'), { recursive: true });
  writeFileSync(path, text);
  return path;
};

/** The process that asks, once its question is open. */
async function asking(house: DaemonFixture, ...flags: string[]): Promise<Running> {
  await opened(house, '--max-agents', '0');
  await house.add('a', 'true');
  const ask = house.run('ask', 'Which?', '--chunk', 'a', ...flags);
  await until('the question', async () => (await house.json<unknown[]>('attention')).length === 1);
  return ask;
}

/** A command run by a shell that does something first; the program is "$@". */
async function inShell(house: DaemonFixture, script: string, ...words: string[]): Promise<Finished> {
  const args = ['-c', script, 'sh', process.execPath, PROGRAM, ...words];
  const child = spawn('sh', args, {
    cwd: house.project,
    env: house.env,
    timeout: PATIENCE_MS,
    killSignal: 'SIGKILL',
  });
  return whatPrints(child).finished;
}

/** Something else listens where the daemon would. */
async function atStranger(house: DaemonFixture): Promise<Finished> {
  const stranger = createServer((_, answer) => answer.end('<html>Welcome!</html>'));
  house.env.SIGNALBOX_SOCKET = join(house.folder, 'stranger');
  stranger.listen(house.env.SIGNALBOX_SOCKET);
  await once(stranger, 'listening');
  try {
    return await house.signalbox('status');
  } finally {
    stranger.closeAllConnections();
    stranger.close();
  }
}

/** A reader that goes away while there is more to read: `signalbox logs -f | head -1`. */
async function unread(house: DaemonFixture): Promise<Finished> {
  await opened(house);
  await house.add('endless', 'while echo y; do sleep 0.01; done');
  await house.untilStatus('endless', 'RUNNING');
  const logs = house.run('logs', 'endless', '-f');
  await until('something to read', () => logs.stdout() !== '');
  logs.child.stdout?.destroy();
  return logs.finished;
}

/** Whoever should have ended is killed with the house. */
const PATIENCE_MS = 30_000;
function inTime(reached: Promise<Finished>): Promise<Finished> {
  const late = pause(PATIENCE_MS, undefined, { ref: false }).then((): never => {
    throw new Error('it did not end');
  });
  return Promise.race([reached, late]);
}

const LIMITS_FILES = spawnSync('sh', ['-c', 'ulimit -f 8']).status === 0;

const ROWS: readonly Row[] = [
  {
    code: 0,
    how: 'status of a daemon that runs',
    sentence: null,
    reached: async (house) => (await opened(house)).signalbox('status'),
  },
  {
    code: 1,
    how: 'a unit that is not there',
    sentence: /^signalbox: There is no unit called nobody\.$/m,
    reached: async (house) => (await opened(house)).signalbox('show', 'nobody'),
  },
  {
    code: 3,
    how: 'the question is withdrawn',
    sentence: /^signalbox: The question was withdrawn: asked elsewhere\.$/m,
    reached: async (house) => {
      const ask = await asking(house);
      await house.signalbox('withdraw', 'a', 'asked elsewhere');
      return ask.finished;
    },
  },
  {
    code: 4,
    how: 'the unit is removed while somebody waits for it',
    sentence: /^signalbox: a was removed\.$/m,
    reached: async (house) => {
      await opened(house, '--max-agents', '0');
      await house.add('a', 'true');
      const wait = house.run('wait', 'a');
      await until('it to wait', () => wait.stderr().includes('waiting for a'));
      await house.signalbox('rm', 'a');
      return wait.finished;
    },
  },
  {
    code: 4,
    how: 'the unit is closed instead of finished',
    sentence: /^signalbox: a did not finish; it was closed: enough$/m,
    reached: async (house) => {
      await opened(house, '--max-agents', '0');
      await house.add('a', 'true');
      await house.signalbox('close', 'a', 'enough');
      return house.signalbox('wait', 'a');
    },
  },
  {
    code: 64,
    how: 'a flag that is not there',
    sentence: /^error: unknown option '--colour'$/m,
    reached: (house) => house.signalbox('ls', '--colour'),
  },
  {
    code: 64,
    how: 'a flag with a bad value',
    sentence: /^signalbox: --timeout takes whole seconds up to \d+, not "soon"\.$/m,
    reached: (house) => house.signalbox('wait', 'a', '--timeout', 'soon'),
  },
  {
    code: 65,
    how: 'a plan that cannot be taken',
    sentence: /^signalbox: .*plan\.json cannot be taken\. units: /m,
    reached: (house) => foreground(house, '--plan', write(house, 'plan.json', '{"units": []}')),
  },
  {
    code: 65,
    how: 'a database that is none',
    sentence: /^signalbox: .*signalbox\.db /m,
    reached: (house) => {
      mkdirSync(house.paths.folder, { recursive: true, mode: 0o700 });
      writeFileSync(house.paths.database, 'no database at all, but long enough to look at. '.repeat(200), {
        mode: 0o600,
      });
      return foreground(house, '--port', '0');
    },
  },
  {
    code: 65,
    how: 'a signalbox.json that is no JSON',
    sentence: /^signalbox: .*signalbox\.json is not JSON: /m,
    reached: (house) => {
      write(house, 'project/signalbox.json', '{');
      return house.signalbox('trust', '--yes');
    },
  },
  {
    code: 65,
    how: 'a config.json with a word that it does not know',
    sentence: /^signalbox: .*config\.json knows no "colour"/m,
    reached: (house) => {
      write(house, 'config/signalbox/config.json', '{"colour": "red"}');
      return foreground(house);
    },
  },
  {
    code: 69,
    how: 'no daemon',
    sentence: /^signalbox: No Signalbox answers at .*\. Start it: signalbox start$/m,
    reached: (house) => house.signalbox('ls'),
  },
  {
    code: 70,
    how: 'something else answers where the daemon would',
    sentence: /^signalbox: What answers at .*stranger does not speak as Signalbox does: /m,
    reached: atStranger,
  },
  {
    code: 74,
    how: 'files cannot grow, as on a full disk',
    sentence: /^signalbox: .*signalbox\.db cannot be used \(SQLITE_.*is the disk full/m,
    reached: (house) => inShell(house, 'ulimit -f 8; exec "$@"', 'start', '--foreground', '--port', '0'),
    skip: !LIMITS_FILES,
  },
  {
    code: 75,
    how: 'it runs already',
    sentence: /^signalbox: Signalbox already runs for .* \(pid \d+, http:/m,
    reached: async (house) => foreground(await opened(house)),
  },
  {
    code: 75,
    how: 'the port is taken',
    sentence: /^signalbox: Port \d+ is taken by another program\. Start on a free one: signalbox /m,
    reached: async (house) => {
      const other = createServer().listen(0, '127.0.0.1');
      await once(other, 'listening');
      const address = other.address();
      const port = typeof address === 'object' ? address?.port : 0;
      try {
        return await foreground(house, '--port', String(port));
      } finally {
        other.close();
      }
    },
  },
  {
    code: 75,
    how: 'no answer in time',
    sentence: /^signalbox: No answer yet\. The question stays open/m,
    reached: async (house) => (await asking(house, '--timeout', '2')).finished,
  },
  {
    code: 77,
    how: 'others may write where the daemon keeps everything',
    sentence: /^signalbox: .* is open to others \(mode 777\)\. Run: chmod 700 /m,
    reached: (house) => {
      mkdirSync(house.paths.folder, { recursive: true });
      chmodSync(house.paths.folder, 0o777);
      return foreground(house, '--port', '0');
    },
  },
  {
    code: 78,
    how: 'the path of the socket is longer than a system takes',
    sentence: /^signalbox: The socket path .* is over 100 bytes\. Set XDG_STATE_HOME to a shorter folder\.$/m,
    reached: (house) => {
      house.env.XDG_STATE_HOME = join(house.folder, 'x'.repeat(100));
      return foreground(house, '--port', '0');
    },
  },
  { code: 141, how: 'nobody reads on', sentence: null, reached: unread },
];

describe('exit code', { concurrency: 2 }, () => {
  for (const { code, how, sentence, reached, skip = false } of ROWS)
    test(`${code}: ${how}`, { skip }, async () => {
      const house = DaemonFixture.make();
      try {
        const ended = await inTime(reached(house));
        assert.equal(ended.code, code, `${ended.stdout}${ended.stderr}`);
        if (sentence === null) assert.equal(ended.stderr, '');
        else assert.match(ended.stderr, sentence);
        assert.doesNotMatch(ended.stderr, /\n\s+at /, 'a person sees no stack');
      } finally {
        await house.close();
      }
    });

  test('each that help names is here, and help names each', async () => {
    const house = DaemonFixture.make();
    try {
      const { stdout } = await house.signalbox('--help');
      const text = stdout.slice(stdout.indexOf('Exit codes: ') + 'Exit codes: '.length);
      const named = text.split(';').map((each) => Number(/^\s*(\d+) /.exec(each)?.[1]));
      assert.deepEqual([...new Set(ROWS.map(({ code }) => code))], named);
    } finally {
      await house.close();
    }
  });
});
