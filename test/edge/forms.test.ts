/** The reader of forms: flat, few fields, each once; and the key that makes a repeat a repeat. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { Refusal } from '../../server/domain/refusal.ts';
import { formKey, readForm } from '../../server/web/forms.ts';
import { formInput } from '../../shared/actions.ts';

const inputOf = (body: string) => formInput(readForm(body));

test('fields become an input: options are a list, the version is a number, all else is text', () => {
  assert.deepEqual(inputOf('item=i-1&version=2&option=a&option=b&text=x+y%21'), {
    item: 'i-1',
    version: 2,
    options: ['a', 'b'],
    text: 'x y!',
  });
});

test('one option is a list of one, no field is no input', () => {
  assert.deepEqual(inputOf('option=a'), { options: ['a'] });
  assert.deepEqual(inputOf(''), {});
});

test('nothing nests', () => {
  assert.deepEqual(inputOf('a[b]=1&a.c=2&a[]=3'), { 'a[b]': '1', 'a.c': '2', 'a[]': '3' });
});

test('line breaks of browsers become those of everyone else', () => {
  assert.deepEqual(inputOf('text=a%0D%0Ab%0Ac'), { text: 'a\nb\nc' });
});

test('a field sent twice is refused by name, an option is not', () => {
  assert.throws(
    () => readForm('text=a&text=a'),
    (error) => error instanceof Refusal && error.kind === 'invalid' && error.field === 'text',
  );
  assert.throws(() => readForm('version=1&version=1'), Refusal);
  assert.equal(readForm('option=a&option=a').get('option')?.length, 2);
});

test('64 fields are read, options included; 65 are not', () => {
  const fields = (count: number) => Array.from({ length: count }, (_, nth) => `f${nth}=1`).join('&');
  assert.equal(readForm(fields(64)).size, 64);
  assert.throws(() => readForm(fields(65)), Refusal);
  assert.throws(() => readForm('option=a&'.repeat(65)), Refusal);
});

test('names that mean something to JavaScript are names like others', () => {
  for (const name of ['constructor', 'toString', 'hasOwnProperty', '__proto__']) {
    const input = inputOf(`${name}=x`);
    assert.deepEqual(Object.keys(input), [name], name);
    assert.equal(Object.getPrototypeOf(input)?.x, undefined);
  }
});

test('any body at all is read or refused', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 400 }), (body) => {
      try {
        for (const values of readForm(body).values()) assert.ok(values.length > 0);
      } catch (error) {
        assert.ok(error instanceof Refusal);
      }
    }),
  );
});

test('the same form has the same key, in whatever order its fields came', () => {
  const key = (body: string) => formKey('answer', 'one', readForm(body));
  assert.equal(key('item=i&version=1&text=x'), key('text=x&version=1&item=i'));
  assert.match(key('item=i&version=1') ?? '', /^form-[0-9a-f]{64}$/);
  assert.equal(key('item=i'), undefined, 'what names no version is taken as it comes');
});

test('another action, unit, item, version or word has another key', () => {
  const forms = [
    formKey('answer', 'one', readForm('item=i&version=1&text=x')),
    formKey('undo', 'one', readForm('item=i&version=1&text=x')),
    formKey('answer', 'two', readForm('item=i&version=1&text=x')),
    formKey('answer', 'one', readForm('item=j&version=1&text=x')),
    formKey('answer', 'one', readForm('item=i&version=2&text=x')),
    formKey('answer', 'one', readForm('item=i&version=1&text=y')),
    formKey('answer', 'one', readForm('item=i&version=1&option=x')),
    formKey('answer', 'one', readForm('item=i&version=1&option=x&option=y')),
    formKey('answer', 'one', readForm('item=i&version=1&option=y&option=x')),
    formKey('answer', 'one', readForm('item=i&version=1')),
  ];
  assert.equal(new Set(forms).size, forms.length);
});

test('a field cannot borrow the key of a form with other fields', () => {
  const crafted = formKey('answer', 'one', readForm('version=1&a=%22%5D%2C%5B%22b%22%2C%5B%22c'));
  assert.notEqual(crafted, formKey('answer', 'one', readForm('version=1&a=&b=c')));
});
