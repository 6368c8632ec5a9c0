/** From whom a setting is taken: a flag, a variable, the operator's file, what was so before, the default. */
import assert from 'node:assert/strict';
import { existsSync, mkdirSync, realpathSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, test } from 'node:test';
import { freePort } from '../../server/daemon/listen.ts';
import type { Settings } from '../../shared/settings-words.ts';
import { stateHome, statePathsOf } from '../../shared/state-paths.ts';
import { DaemonFixture } from '../daemon-fixture.ts';

interface Setting {
  readonly variable: string;
  /** For the flag, the variable, the file, and what was so before. */
  readonly values: () => Promise<readonly [number, number, number, number]>;
  readonly byDefault: number;
  readonly inForce: (house: DaemonFixture) => Promise<number>;
  /** What a first start needs beside. */
  readonly beside: readonly string[];
  readonly most: number;
}

const settings = (house: DaemonFixture) => house.json<Settings>('config', 'show');
const SETTINGS: Readonly<Record<string, Setting>> = {
  port: {
    variable: 'SIGNALBOX_PORT',
    values: async () => [await freePort(), await freePort(), await freePort(), await freePort()],
    byDefault: 7845,
    inForce: async (house) => Number(new URL(house.address).port),
    beside: [],
    most: 65_535,
  },
  'max-agents': {
    variable: 'SIGNALBOX_MAX_AGENTS',
    values: async () => [1, 2, 3, 5],
    byDefault: 4,
    inForce: async (house) => (await settings(house)).max_agents,
    beside: ['--port', '0'],
    most: 1000,
  },
  'undo-seconds': {
    variable: 'SIGNALBOX_UNDO_SECONDS',
    values: async () => [0, 2, 3, 5],
    byDefault: 10,
    inForce: async (house) => (await settings(house)).undo_seconds,
    beside: ['--port', '0'],
    most: 3600,
  },
};

const fileOf = (house: DaemonFixture) => join(house.folder, 'config', 'signalbox', 'config.json');
function writeConfig(house: DaemonFixture, content: unknown): void {
  mkdirSync(join(house.folder, 'config', 'signalbox'), { recursive: true });
  writeFileSync(fileOf(house), typeof content === 'string' ? content : JSON.stringify(content));
}

describe('a setting', { concurrency: 2 }, () => {
  for (const [name, { variable, values, byDefault, inForce, beside, most }] of Object.entries(SETTINGS)) {
    test(`${name}: the flag, then ${variable}, then the file, then as it was`, async () => {
      const house = DaemonFixture.make();
      const started = async (...flags: string[]) => {
        const isFirst = !existsSync(house.paths.folder);
        await house.start(...(isFirst ? beside : []), ...flags);
        return inForce(house);
      };
      try {
        const [flag, inEnvironment, inFile, before] = await values();
        house.env[variable] = String(inEnvironment);
        writeConfig(house, { [name]: inFile });
        assert.equal(await started(`--${name}`, String(flag)), flag, 'the flag');
        await house.end('SIGTERM');
        assert.equal(await started(), inEnvironment, 'the environment');
        await house.end('SIGTERM');
        house.env[variable] = '';
        assert.equal(await started(), inFile, 'the file; an empty variable says nothing');
        await house.end('SIGTERM');
        assert.equal(await started(`--${name}`, String(before)), before);
        await house.end('SIGTERM');
        writeConfig(house, {});
        assert.equal(await started(), before, 'as it was');
      } finally {
        await house.close();
      }
    });

    test(`${name}: by default ${byDefault}`, async () => {
      const house = DaemonFixture.make();
      try {
        if (name === 'port') {
          // Somebody else may be there: then that is what it says.
          const { stdout, stderr } = await house.signalbox('start');
          assert.match(stdout + stderr, /localhost:7845\/|Port 7845 is taken/);
        } else {
          await house.start(...beside);
          assert.equal(await inForce(house), byDefault);
        }
      } finally {
        await house.close();
      }
    });

    test(`${name}: a bad word is refused by its name, and nothing changes`, async () => {
      const house = DaemonFixture.make();
      const refused = async (code: number, message: string, ...flags: string[]) => {
        const said = await house.signalbox('start', '--foreground', ...flags);
        assert.deepEqual(said, { code, stdout: '', stderr: `signalbox: ${message}\n` });
        assert.ok(!existsSync(house.paths.folder), 'it left something');
      };
      try {
        const rule = (given: string) => `takes a whole number from 0 to ${most}, not "${given}".`;
        await refused(64, `--${name} ${rule('many')}`, `--${name}`, 'many');
        house.env[variable] = '1.5';
        await refused(64, `${variable} ${rule('1.5')}`);
        house.env[variable] = '';
        writeConfig(house, { [name]: most + 1 });
        await refused(65, `${fileOf(house)}: ${name} ${rule(String(most + 1))}`);
        // A better word elsewhere hides nothing.
        await refused(65, `${fileOf(house)}: ${name} ${rule(String(most + 1))}`, `--${name}`, '1');
        writeConfig(house, { [name]: 'many' });
        await refused(65, `${fileOf(house)}: ${name} ${rule('many')}`);
      } finally {
        await house.close();
      }
    });
  }
});

describe('the file', () => {
  let house: DaemonFixture;
  afterEach(() => house.close());

  const BAD = [
    ['{"max-agents": 6', /config\.json is not JSON: /],
    ['[]', /config\.json needs an object, as in \{"max-agents": 6\}\.$/m],
    [
      '{"max_agents": 6}',
      /config\.json knows no "max_agents", only port, max-agents, undo-seconds, notify\.$/m,
    ],
    ['{"project": "/"}', /config\.json knows no "project"/],
  ] as const;
  test('that cannot be taken is refused by its path', async () => {
    house = DaemonFixture.make();
    for (const [content, message] of BAD) {
      writeConfig(house, content);
      const { code, stderr } = await house.signalbox('start', '--foreground', '--port', '0');
      assert.equal(code, 65, content);
      assert.match(stderr, message);
      assert.ok(!existsSync(house.paths.folder));
    }
  });

  test('of a project has no say: its agents count, once trusted, and nothing else', async () => {
    house = DaemonFixture.make();
    writeFileSync(join(house.project, 'signalbox.json'), '{"agents": {}, "max-agents": 9}');
    await house.start('--port', '0');
    assert.equal((await settings(house)).max_agents, 4);
  });
});

describe('the project', () => {
  let house: DaemonFixture;
  afterEach(() => house.close());

  /** Which project is talked about: without a daemon, the refusal names its socket. */
  const asked = async (...flags: string[]) => (await house.signalbox(...flags, 'status')).stderr;
  const folder = (name: string) => {
    const path = join(house.folder, name);
    mkdirSync(path);
    return realpathSync(path);
  };
  const socketOf = (project: string) => statePathsOf(stateHome(house.env, house.folder), project).socket;

  test('is the one of --project, then of SIGNALBOX_PROJECT, then the one around', async () => {
    house = DaemonFixture.make();
    const [byFlag, byVariable] = [folder('by-flag'), folder('by-variable')];
    assert.ok((await asked()).includes(socketOf(house.project)), 'around');
    house.env.SIGNALBOX_PROJECT = byVariable;
    assert.ok((await asked()).includes(socketOf(byVariable)), 'the environment');
    assert.ok((await asked('--project', byFlag)).includes(socketOf(byFlag)), 'the flag');
    house.env.SIGNALBOX_PROJECT = '';
    assert.ok((await asked()).includes(socketOf(house.project)), 'an empty variable says nothing');
  });

  test('inside a run is that of the run, unless a flag says otherwise', async () => {
    house = DaemonFixture.make();
    house.env.SIGNALBOX_PROJECT = folder('by-variable');
    house.env.SIGNALBOX_SOCKET = '/of/the/run';
    assert.match(await asked(), /at \/of\/the\/run\./);
    assert.ok((await asked('--project', '.')).includes(socketOf(house.project)));
  });

  test('that is not there is refused by the name of the variable', async () => {
    house = DaemonFixture.make();
    house.env.SIGNALBOX_PROJECT = '/no/such/folder';
    const { code, stderr } = await house.signalbox('status');
    assert.deepEqual(
      [code, stderr],
      [64, 'signalbox: SIGNALBOX_PROJECT: There is no folder /no/such/folder.\n'],
    );
  });
});
