/** What the mutants of the gate are made of, on sources of a line or two. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { mutationsOf } from './mutations.ts';

const made = (source: string) => mutationsOf(source).map((mutation) => mutation.source);

test('an if is negated, and what it returns left out or made null', () => {
  assert.deepEqual(made('if (a) return f(b);'), [
    'if (!(a)) return f(b);',
    'if (a) ;',
    'if (a) return null;',
  ]);
});

test('the whole condition of a choice is negated, each in its place', () => {
  assert.deepEqual(made('x = a ?? b ? c : d ? e : f;').slice(1), [
    'x = !(a ?? b) ? c : d ? e : f;',
    'x = a ?? b ? c : !(d) ? e : f;',
  ]);
  assert.deepEqual(made('const f = (a: T): boolean => g(a ? 1 : 2)[0] ? {} : [];'), [
    'const f = (a: T): boolean => g(!(a) ? 1 : 2)[0] ? {} : [];',
    'const f = (a: T): boolean => !(g(a ? 1 : 2)[0]) ? {} : [];',
  ]);
});

test('signs are swapped, types and arrows are not', () => {
  assert.deepEqual(made('a === b'), ['a !== b']);
  assert.deepEqual(made('a !== b'), ['a === b']);
  assert.deepEqual(made('a > b'), ['a <= b', 'a >= b']);
  assert.deepEqual(made('const a: Map<string, (b?: T) => void> | null = null;'), []);
});

test('either side of an && or || is left out', () => {
  assert.deepEqual(made('f(a && (b, c) || d);'), [
    'f(a || (b, c) || d);',
    'f((b, c) || d);',
    'f(a || d);',
    'f(a && (b, c) && d);',
    'f(a && d);',
    'f(a && (b, c));',
  ]);
});

test('a return is left out, and its contrary made', () => {
  assert.deepEqual(made('return true;'), [';', 'return false;']);
  assert.deepEqual(made('return null;'), [';']);
});

test('a question is negated with the whole chain before it', () => {
  assert.deepEqual(made("f(a.b(c)[0]?.includes('x'))"), ["f(!a.b(c)[0]?.includes('x'))"]);
  assert.deepEqual(made('x = new Set(a).has(b);'), ['x = !new Set(a).has(b);']);
  assert.deepEqual(made('return (a).some(b);')[2], 'return !(a).some(b);');
  assert.deepEqual(made('!/[/"](a)\\//.test(b)'), ['/[/"](a)\\//.test(b)', '!!/[/"](a)\\//.test(b)']);
});

test('of a chain of ?? each part is left out', () => {
  assert.deepEqual(made('x = f(a) ?? g(b);'), ['x = null ?? g(b);', 'x = f(a) ?? null;']);
  assert.deepEqual(made("x = a ?? '';"), ["x = null ?? '';"]);
});

test('texts and comments are left alone, and what stands in templates is not', () => {
  assert.deepEqual(made("'a && b' // a || b\n/* if (a) */"), []);
  const template = (sign: string) =>
    ['`if (a) $ {b} $', `{a ${sign} b} && $`, '{{ a: `$', '{c}` }}`'].join('');
  assert.equal(made(template('&&'))[0], template('||'));
});

test('a line is named by its number', () => {
  assert.deepEqual(
    mutationsOf('a;\n  b === c;').map(({ line, what, text }) => [line, what, text]),
    [[2, '=== made !==', 'b === c;']],
  );
});
