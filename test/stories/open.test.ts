import assert from 'node:assert/strict';
import { chmodSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, test } from 'node:test';
import { DaemonFixture } from '../daemon-fixture.ts';

const OPENER = process.platform === 'darwin' ? 'open' : 'xdg-open';

describe('the page from the terminal', () => {
  let house: DaemonFixture;
  afterEach(() => house.close());

  /** A browser that writes down what it was called with, and ends with this code. */
  const opener = (code: number): void => {
    const bin = join(house.folder, 'bin');
    mkdirSync(bin);
    const lines = ['#!/bin/sh', `printf '%s\\n' "$#" "$@" > '${house.folder}/opened'`, `exit ${code}`];
    writeFileSync(join(bin, OPENER), lines.join('\n'));
    chmodSync(join(bin, OPENER), 0o755);
    house.env.PATH = `${bin}:${process.env.PATH}`;
  };
  const opened = () => readFileSync(join(house.folder, 'opened'), 'utf8');

  test('url prints where the page is, and that of a unit, which must exist', async () => {
    house = await DaemonFixture.open();
    await house.add('one', 'true');
    assert.equal((await house.signalbox('url')).stdout, `${house.address}\n`);
    const { stdout } = await house.signalbox('url', 'one');
    assert.equal(stdout, `${house.address}work-units/one\n`);
    assert.ok((await fetch(stdout.trim())).ok);
    const missing = await house.signalbox('url', 'two');
    assert.deepEqual([missing.code, missing.stdout], [1, '']);
    await house.end('SIGTERM');
    assert.equal((await house.signalbox('url')).code, 69);
  });

  test('open gives the browser one argument: the address', async () => {
    house = await DaemonFixture.open();
    await house.add('one', 'true');
    opener(0);
    const { code, stdout, stderr } = await house.signalbox('open', 'one');
    const address = `${house.address}work-units/one`;
    assert.deepEqual([code, stdout, stderr], [0, '', `signalbox: opened ${address}\n`]);
    assert.equal(opened(), `1\n${address}\n`);
    assert.equal((await house.signalbox('open')).code, 0);
    assert.equal(opened(), `1\n${house.address}\n`);
  });

  test('where people sign in, the link that does it is in no argument, but in a file for the operator alone', async () => {
    house = DaemonFixture.make({}, { guarded: true });
    await house.start('--port', '0');
    opener(0);
    const { stdout, stderr } = await house.signalbox('open');
    assert.ok(!`${stdout}${stderr}`.includes('sign-in'));
    const file = join(house.paths.folder, 'open.html');
    assert.equal(opened(), `1\nfile://${file}\n`);
    assert.equal(statSync(file).mode & 0o777, 0o600);
    assert.match(readFileSync(file, 'utf8'), /url=http:\/\/[a-z2-7]{10}\.localhost:\d+\/sign-in\/[\w-]{43}"/);
  });

  test('where a browser cannot be opened, or there is none, the address is said', async () => {
    house = await DaemonFixture.open();
    opener(3);
    const failed = await house.signalbox('open');
    house.env.PATH = join(house.folder, 'nothing-here');
    const none = await house.signalbox('open');
    for (const { code, stdout, stderr } of [failed, none])
      assert.deepEqual(
        [code, stdout, /no browser could be opened/.test(stderr)],
        [0, `${house.address}\n`, true],
      );
  });
});
