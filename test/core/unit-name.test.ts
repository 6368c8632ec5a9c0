import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { brokenLine, lineOf } from '../../server/api/json-place.ts';
import { addUnits } from '../../server/domain/commands/units.ts';
import { EMPTY, stateOf } from '../../server/domain/state.ts';
import { suggestName } from '../../server/domain/unit-name.ts';
import { CHUNK } from '../../shared/words.ts';
import { OPERATOR, StoreFixture, spec } from './store-fixture.ts';

test('the name of a goal is made of its first telling words', () => {
  const names = [
    ['Add a dark mode to the settings page', 'add-dark-mode-settings-page'],
    ["Fix the user's crash in /api/v2!", 'fix-users-crash-api-v2'],
    ['Änderung für Zoë', 'anderung-fur-zoe'],
    ['to be', 'to-be'],
    ['日本語', 'unit'],
    ['', 'unit'],
  ] as const;
  for (const [goal, name] of names) assert.equal(suggestName(EMPTY, goal), name);
});

test('whatever the goal, its name is one', () => {
  fc.assert(fc.property(fc.string({ unit: 'binary' }), (goal) => CHUNK.test(suggestName(EMPTY, goal))));
});

test('a name that is taken gets a number', async () => {
  const house = new StoreFixture();
  try {
    await house.store.commit(OPERATOR, (state) => addUnits(state, [spec('say-hello'), spec('say-hello-2')]));
    assert.equal(suggestName(house.store.state, 'Say hello'), 'say-hello-3');
    assert.equal(suggestName(stateOf([], 0), 'Say hello'), 'say-hello');
  } finally {
    await house.leave();
  }
});

test('the reader of JSON agrees with that of the language, and finds each value on its line', () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      const text = JSON.stringify(value, null, 1);
      assert.equal(brokenLine(text), null);
      const cut = text.slice(0, -1);
      if (!/^-?\d/.test(text)) assert.equal(brokenLine(cut), cut.split('\n').length);
    }),
  );
  fc.assert(
    fc.property(fc.string(), fc.nat(), (noise, at) => {
      const text = '{"a": [1, {"b": "c"}], "d": null}';
      const broken = text.slice(0, at % text.length) + noise + text.slice(at % text.length);
      assert.equal(brokenLine(broken) === null, isJson(broken), broken);
    }),
  );
  assert.equal(lineOf('{\n"a": [1,\n{"b":\n2}]}', ['a', 1, 'b']), 3);
});

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
