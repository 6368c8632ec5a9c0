/** What `signalbox doctor` says of a machine that is well, and of one that is not. */
import assert from 'node:assert/strict';
import { chmodSync, readdirSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, test } from 'node:test';
import type { Finding } from '../../shared/offline.ts';
import { DaemonFixture } from '../daemon-fixture.ts';

describe('doctor', () => {
  let house: DaemonFixture;
  afterEach(() => house.close());

  interface Said {
    readonly code: number | null;
    readonly findings: Readonly<Record<string, Finding>>;
  }
  const doctor = async (): Promise<Said> => {
    const { code, stdout } = await house.signalbox('doctor', '--json');
    const findings = JSON.parse(stdout) as Finding[];
    return { code, findings: Object.fromEntries(findings.map((finding) => [finding.what, finding])) };
  };
  const standings = ({ findings }: Said) =>
    Object.fromEntries(Object.entries(findings).map(([what, { status }]) => [what, status]));

  test('a project without a daemon is well, and nothing is left of the looking', async () => {
    house = DaemonFixture.make();
    house.env.TMPDIR = house.folder;
    const said = await doctor();
    assert.equal(said.code, 0);
    assert.deepEqual(standings(said), {
      node: 'good',
      daemon: 'note',
      'state folder': 'note',
      database: 'note',
      git: 'note',
      'PATH of runs': 'good',
      'config.json': 'good',
      'signalbox.json': 'good',
      rules: 'good',
      'round trip': 'good',
    });
    assert.deepEqual(readdirSync(house.folder).sort(), ['project']);
    assert.deepEqual(house.processes(), []);
  });

  test('with a daemon its socket, its port and its own PATH are looked at', async () => {
    house = DaemonFixture.make();
    writeFileSync(join(house.project, 'signalbox.json'), '{"agents":{"one":{"command":["one-of-ours"]}}}');
    await house.signalbox('trust', '--yes');
    const program = join(house.folder, 'one-of-ours');
    writeFileSync(program, '#!/bin/sh\n');
    chmodSync(program, 0o755);
    const { PATH } = house.env;
    house.env.PATH = `${house.folder}:${PATH}`;
    await house.start('--port', '0');
    house.env.PATH = PATH;
    const well = await doctor();
    assert.equal(well.code, 0);
    assert.match(well.findings['PATH of runs']?.message ?? '', /find sh, signalbox, one-of-ours/);
    for (const what of [
      'daemon',
      'socket',
      'port',
      'state folder',
      'database',
      'signalbox.json',
      'round trip',
    ])
      assert.equal(well.findings[what]?.status, 'good', what);
    chmodSync(house.paths.folder, 0o755);
    chmodSync(house.paths.socket, 0o666);
    chmodSync(program, 0o644);
    const ill = await doctor();
    assert.equal(ill.code, 1);
    assert.match(ill.findings['state folder']?.message ?? '', /open to others \(mode 755\)\. Run: chmod 700/);
    assert.match(ill.findings.socket?.message ?? '', /open to others \(mode 666\)/);
    assert.match(ill.findings['PATH of runs']?.message ?? '', /do not find one-of-ours; they look in/);
    assert.deepEqual([ill.findings.socket?.status, ill.findings['PATH of runs']?.status], ['bad', 'note']);
    chmodSync(house.paths.folder, 0o700);
  });

  test('what is broken is named, each in a sentence, and the rest is looked at all the same', async () => {
    house = await DaemonFixture.open();
    await house.add('a', 'true');
    await house.end('SIGTERM');
    truncateSync(house.paths.database, 5000);
    writeFileSync(join(house.project, 'signalbox.json'), '{"agents":{"one":{"command":["{goal}"]}}}');
    // Nothing can be made there, so no other daemon can be tried.
    house.env.TMPDIR = join(tmpdir(), 'no-such-folder');
    const { code, findings } = await doctor();
    assert.equal(code, 1);
    assert.match(findings.database?.message ?? '', /signalbox\.db is damaged/);
    assert.match(
      findings['signalbox.json']?.message ?? '',
      /agents\.one\.command: The first one names the program/,
    );
    assert.equal(findings['round trip']?.status, 'bad');
    assert.equal(findings['state folder']?.status, 'good');
  });

  test('--security: who may come in, and each attack on the daemon that runs, which changes nothing', async () => {
    house = DaemonFixture.make({}, { guarded: true });
    await house.start('--port', '0', '--max-agents', '0');
    await house.signalbox('origin', 'add', 'https://wiki.example');
    await house.signalbox('token', 'add', '--role', 'viewer');
    const look = async () => {
      const { code, stdout } = await house.signalbox('doctor', '--security', '--json');
      return { code, findings: JSON.parse(stdout) as Finding[] };
    };
    const of = (findings: Finding[], what: string) => findings.filter((each) => each.what === what);
    const well = await look();
    assert.equal(well.code, 0);
    assert.equal(of(well.findings, 'listener').length, 2);
    assert.equal(of(well.findings, 'mode').length, 4);
    assert.match(of(well.findings, 'roles')[0]?.message ?? '', /1 viewer/);
    assert.match(of(well.findings, 'origins')[0]?.message ?? '', /https:\/\/wiki\.example/);
    assert.ok(of(well.findings, 'attack').length > 40, 'both addresses and the Unix socket');
    assert.match(of(well.findings, 'attacks')[0]?.message ?? '', /nothing was changed/);
    chmodSync(house.paths.door, 0o644);
    const ill = await look();
    assert.equal(ill.code, 1);
    assert.ok(of(ill.findings, 'mode').some(({ status }) => status === 'bad'));
    chmodSync(house.paths.door, 0o600);
    await house.end('SIGTERM');
    assert.equal((await house.signalbox('doctor', '--security')).code, 69);
    await house.start('--no-auth');
    const open = await look();
    assert.deepEqual([open.code, of(open.findings, 'signing in')[0]?.status], [0, 'note']);
  });
});
