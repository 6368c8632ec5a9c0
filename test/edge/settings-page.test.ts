/** The page of the settings and what a browser installs the page by: complete without script, and for nobody else. */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { DEFAULTS } from '../../server/domain/settings.ts';
import { iconSvg, titleFor } from '../../shared/tab-title.ts';
import { DaemonFixture } from '../daemon-fixture.ts';
import { Callers } from './callers.ts';

const house = DaemonFixture.make();
const callers = new Callers(house);
before(() => house.start('--port', '0', '--max-agents', '0'));
after(() => house.close());

const formOf = (fields: Record<string, string>) => new URLSearchParams(fields).toString();
const post = (fields: Record<string, string>) =>
  callers.anyone({
    method: 'POST',
    path: '/config',
    headers: {
      origin: callers.origin,
      'content-type': 'application/x-www-form-urlencoded',
    },
    body: formOf(fields),
  });

test('every setting stands on the page with its value and what it does', async () => {
  const { status, body } = await callers.anyone({ path: '/settings' });
  assert.equal(status, 200);
  assert.match(body, /<title>project — Settings – Signalbox<\/title>/);
  for (const name of Object.keys(DEFAULTS)) {
    const value = name === 'max_agents' ? 0 : DEFAULTS[name as keyof typeof DEFAULTS];
    assert.match(body, new RegExp(`<label for="set-${name}">[A-Z]`), name);
    assert.match(body, new RegExp(`name="${name}"[^>]* value="${value}"`), name);
    assert.match(body, new RegExp(`id="help-${name}">[A-Z0-9]`), name);
  }
  assert.ok(body.includes(join(house.folder, 'config', 'signalbox', 'config.json')));
});

test('the dashboard leads there, and holds no form of settings any more', async () => {
  const { body } = await callers.anyone({ path: '/' });
  assert.match(body, /<a href="\/settings">/);
  assert.doesNotMatch(body, /action="\/config"/);
});

test('a form sets what it says and comes back; what is wrong is said, and what was typed stays', async () => {
  const good = await post({ weight: '2', keep_days: '' });
  assert.deepEqual([good.status, good.headers.location], [303, '/settings']);
  const bad = await post({ weight: '3', undo_seconds: 'ten' });
  assert.equal(bad.status, 422);
  assert.match(bad.body, /role="status"><p>undo_seconds: /);
  assert.match(bad.body, /name="undo_seconds"[^>]* aria-invalid="true" value="ten"/);
  assert.match(bad.body, /name="weight"[^>]* value="3"/);
  const { settings } = await callers.read<{ settings: { weight: number } }>('status', undefined);
  assert.equal(settings.weight, 2, 'nothing of a form that is refused counts');
});

test('the manifest and its icons name the project alone, and are kept by nobody else', async () => {
  const manifest = await callers.anyone({ path: '/manifest.webmanifest' });
  assert.equal(manifest.status, 200);
  assert.equal(manifest.headers['content-type'], 'application/manifest+json; charset=utf-8');
  assert.equal(manifest.headers['cache-control'], 'private, max-age=3600');
  const { name, start_url, icons } = JSON.parse(manifest.body) as {
    name: string;
    start_url: string;
    icons: { src: string; type: string }[];
  };
  assert.deepEqual([name, start_url], ['project – Signalbox', '/']);
  for (const { src, type } of icons) {
    const icon = await callers.anyone({ path: src });
    assert.deepEqual([icon.status, icon.headers['content-type']], [200, `${type}; charset=utf-8`], src);
    assert.match(icon.body, /^<svg [\s\S]*>P<\/text><\/svg>$/);
  }
});

test('a stranger gets none of them', async () => {
  const guarded = DaemonFixture.make({}, { guarded: true });
  try {
    await guarded.start('--port', '0');
    for (const path of ['settings', 'manifest.webmanifest', 'icon.svg', 'icon-maskable.svg'])
      assert.equal((await fetch(`${guarded.address}${path}`)).status, 401, path);
  } finally {
    await guarded.close();
  }
});

test('an icon is markup of ours, whatever a project is called, and counts to 99', () => {
  for (const name of ['<script>', '"/><a', '&amp;', '', '🦊 fox', '../..', '漢字'])
    assert.match(
      iconSvg(name, 3),
      /^<svg [^<]*><rect [^<]*\/><text [^<]*>[\p{L}\p{N}]<\/text><circle/u,
      name,
    );
  assert.match(iconSvg('a', 1000), />99</);
  assert.doesNotMatch(iconSvg('a', 0), /circle/);
  assert.equal(titleFor('/work/shop', 3, 'Settings'), 'shop — (3) Settings – Signalbox');
});
