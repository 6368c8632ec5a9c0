/** Hosts with other networks and processes than this one, in namespaces of their own. */
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, test } from 'node:test';
import { statePathsOf } from '../../shared/state-paths.ts';
import { DaemonFixture, type Finished, PROGRAM, whatPrints } from '../daemon-fixture.ts';

const has = (...flags: string[]): boolean => spawnSync('unshare', [...flags, 'true']).status === 0;
const NETWORK = has('-n') && spawnSync('ip', ['-V']).status === 0;
const PROCESSES = has('--pid', '--fork', '--mount-proc');
const SIX = spawnSync('ip', ['-6', 'addr', 'show', 'dev', 'lo']).stdout?.includes('::1') ?? false;

describe('on another host', () => {
  let house: DaemonFixture;
  afterEach(() => house.close());

  /** Runs a script in namespaces of its own; `sb` is the program, and what it started ends with the script. */
  async function within(flags: readonly string[], script: string): Promise<Finished> {
    const head = `sb() { "${process.execPath}" "${PROGRAM}" "$@"; }\nset -x\n`;
    const child = spawn('unshare', [...flags, 'sh', '-c', head + script], {
      cwd: house.project,
      env: house.env,
    });
    return whatPrints(child).finished;
  }

  test('a host without 127.0.0.1 listens on [::1] and says so; everything works there', {
    skip: !NETWORK || !SIX,
  }, async () => {
    house = DaemonFixture.make();
    const { code, stdout, stderr } = await within(
      ['-n'],
      `
      ip link set lo up && ip addr del 127.0.0.1/8 dev lo
      sb start --no-auth && sb add a --command 'signalbox ask Port?' && sb wait a --until needs-attention
      sb answer a 80 && sb wait a && sb doctor
      sb doctor --security > security; echo "security $?"
      sb stop`,
    );
    assert.equal(code, 0, stderr);
    assert.match(stderr, /This machine has no 127\.0\.0\.1: Signalbox listens on \[::1\] alone\./);
    assert.match(stdout, /port +Port 7845 answers on \[::1\] alone/);
    assert.match(stdout, /round trip +A unit asked, was answered/);
    assert.match(stdout, /security 0/);
  });

  test('a host without ::1 is as good', { skip: !NETWORK }, async () => {
    house = DaemonFixture.make();
    const { code, stdout, stderr } = await within(
      ['-n'],
      `
      ip link set lo up; ip addr del ::1/128 dev lo 2>/dev/null
      sb start --no-auth && sb doctor && sb stop`,
    );
    assert.equal(code, 0, stderr);
    assert.match(stdout, /port +Port 7845 answers on 127\.0\.0\.1 alone/);
  });

  test('a host without any loopback address: a sentence with the way out, and 78', {
    skip: !NETWORK,
  }, async () => {
    house = DaemonFixture.make();
    const { code, stderr } = await within(
      ['-n'],
      'ip link set lo up; ip addr flush dev lo; sb start --no-auth',
    );
    assert.equal(code, 78, stderr);
    assert.match(stderr, /neither 127\.0\.0\.1 nor ::1.*ip link set lo up/);
    assert.doesNotMatch(stderr, /EADDRNOTAVAIL|\n\s+at /);
  });

  test('a second project starts without a flag on the next port, keeps it, and says who has its own', {
    skip: !NETWORK,
  }, async () => {
    house = DaemonFixture.make();
    const other = join(house.folder, 'other');
    mkdirSync(other);
    const { code, stdout, stderr } = await within(
      ['-n'],
      `
      ip link set lo up
      sb start --no-auth
      cd "${other}"
      sb start --no-auth
      sb stop && (cd "${house.project}"; sb stop)
      echo again; sb start --no-auth; sb stop
      cd "${house.project}"
      sb start --no-auth --port 7846; sb stop
      sb start --no-auth
      cd "${other}"; sb start --no-auth; echo "code $?"
      cd "${house.project}"; sb stop`,
    );
    assert.equal(code, 0, stderr);
    assert.deepEqual(
      stdout.split('\n').map((line) => line.trim()),
      [
        'http://127.0.0.1:7845/',
        'http://127.0.0.1:7846/',
        'again',
        'http://127.0.0.1:7846/',
        'http://127.0.0.1:7846/',
        'http://127.0.0.1:7846/',
        'code 75',
        '',
      ],
    );
    const project = house.project.replaceAll('/', '\\/');
    assert.match(
      stderr,
      new RegExp(
        `^signalbox: Port 7845 is taken by Signalbox for ${project} \\(pid \\d+\\): this project has port 7846, from now on\\.$`,
        'm',
      ),
    );
    assert.match(
      stderr,
      new RegExp(
        `^signalbox: Port 7846 is taken by Signalbox for ${project} \\(pid \\d+\\)\\. Start on a free one: signalbox --project ${other} start --port \\d+$`,
        'm',
      ),
    );
    const { port } = statePathsOf(join(house.folder, 'state', 'signalbox'), other);
    assert.equal(readFileSync(port, 'utf8'), '7846\n');
  });

  test('as process 1 of a container, start and doctor say what it cannot do, and the way out', {
    skip: !PROCESSES,
  }, async () => {
    house = DaemonFixture.make();
    // The shell becomes the daemon: process 1 is nobody else.
    const { stdout } = await within(
      ['--pid', '--fork', '--mount-proc'],
      `
      ( until sb status > /dev/null 2>&1; do sleep 0.1; done; sb doctor > said; sb stop ) > /dev/null 2>&1 &
      exec "${process.execPath}" "${PROGRAM}" start --foreground --no-auth --port 0`,
    );
    assert.match(stdout, /Signalbox is process 1 here.*docker run --init/);
    const said = readFileSync(join(house.project, 'said'), 'utf8');
    assert.match(said, /note +process-1 +Signalbox is process 1 here.*zombie.*docker run --init/);
  });
});
