/** A daemon of another machine, by HTTPS: real TLS, with a certificate that only whoever is told of it trusts. */
import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { freePort } from '../../server/daemon/listen.ts';
import { DaemonFixture, type Finished } from '../daemon-fixture.ts';
import { answerForms, HubFixture } from '../hub-fixture.ts';
import { until } from '../until.ts';
import { atTerminal } from './visitor.ts';

const skip = spawnSync('openssl', ['version']).status === 0 ? false : 'there is no openssl';
/** On loopback, but none of the addresses that a daemon listens on by itself. */
const ADDRESS = '127.0.0.3';

describe('a daemon beyond loopback', { skip }, () => {
  const far = DaemonFixture.make({}, { guarded: true, name: 'far' });
  const scene = new HubFixture('near');
  const [near] = scene.houses;
  assert.ok(near);
  const [key, cert] = ['key.pem', 'cert.pem'].map((name) => join(far.folder, name)) as [string, string];
  let origin = '';

  const tokenOf = async (role: string) =>
    (await far.json<{ token: string }>('token', 'add', '--role', role)).token;
  function add(token: string): Promise<Finished> {
    const { child, finished } = near?.run('hub', 'add', origin) ?? assert.fail();
    child.stdin?.end(token);
    return finished;
  }
  const startFar = () =>
    far.start(
      ...['--port', new URL(origin).port, '--undo-seconds', '0', '--listen', `::ffff:${ADDRESS}`],
      ...['--name', ADDRESS, '--tls-cert', cert, '--tls-key', key],
    );
  const shown = async () => (await scene.projects()).find(({ machine }) => machine !== '');

  before(async () => {
    const made = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2'];
    const subject = ['-subj', '/CN=far', '-addext', `subjectAltName=IP:${ADDRESS}`];
    execFileSync('openssl', ['req', '-x509', ...made, ...subject, '-keyout', key, '-out', cert], {
      stdio: 'ignore',
    });
    origin = `https://${ADDRESS}:${await freePort()}`;
    await startFar();
    await far.ok('add', 'docs', '--external');
    await near.start('--port', '0');
  });
  after(async () => {
    await scene.close();
    await far.close();
  });

  test('with a certificate that nobody vouches for, or a token that is none, it is not added', async () => {
    const untrusted = await add(await tokenOf('operator'));
    assert.equal(untrusted.code, 75);
    assert.match(untrusted.stderr, /does not let the hub in/);
    near.env.NODE_EXTRA_CA_CERTS = cert;
    assert.equal((await add('sbx_not_a_token')).code, 75);
    assert.equal((await add('')).code, 64);
    assert.deepEqual(await near.json('hub', 'places'), []);
  });

  test('with both it is shown, an answer goes there, and it comes back after it was away', async () => {
    const added = await add(await tokenOf('operator'));
    assert.equal(added.code, 0, added.stderr);
    await scene.open('--no-auth');
    await until('it to be shown', async () => (await shown())?.away_since === null);
    const questions = [{ prompt: 'Is this by HTTPS?' }];
    await atTerminal(far, 'items.ask', { key: 'far', chunk: 'docs', run: null, questions });
    await until('its item', async () => (await shown())?.items === 1);
    const [form] = answerForms(await scene.page());
    assert.ok(form);
    assert.equal((await scene.post(form.action, { ...form.fields, text: 'yes' })).status, 303);
    assert.deepEqual(await far.json('attention'), []);
    await far.end('SIGKILL');
    await until('it to be away', async () => (await shown())?.away_since !== null);
    await startFar();
    await until('it to be back', async () => (await shown())?.away_since === null);
  });
});
