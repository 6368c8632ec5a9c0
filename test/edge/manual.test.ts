/** The manual page: every command is in it, and roff takes it without a warning. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { commandsOf } from './cli-commands.ts';

const page = join(import.meta.dirname, '..', '..', '..', 'docs', 'signalbox.1');
const groff = spawnSync('groff', ['--version']).status === 0;

test('every command and every flag stands in it', () => {
  const text = readFileSync(page, 'utf8').replaceAll('\\-', '-');
  for (const { name, command } of commandsOf()) {
    if (name !== '') assert.ok(text.includes(`.SS ${name}\n`), name);
    for (const { flags } of command.createHelp().visibleOptions(command))
      assert.ok(text.includes(flags), flags);
  }
});

test('it is set without a warning', { skip: groff ? false : 'there is no groff' }, () => {
  const { status, stdout, stderr } = spawnSync('groff', ['-man', '-ww', '-Tutf8', page], {
    encoding: 'utf8',
  });
  assert.equal(status, 0);
  assert.equal(stderr, '');
  // Bold is written twice, one over the other.
  assert.match(stdout.replace(/.\x08/g, ''), /EXIT STATUS/);
});
