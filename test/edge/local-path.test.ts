/** Addresses from outside, and the one function that lets them lead anywhere. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { localPath } from '../../shared/local-path.ts';

const HOME = 'http://abcdefghij.localhost:7845';

describe('an address from outside leads to a page of ours', () => {
  const ours: readonly (readonly [address: string, path: string])[] = [
    ['/', '/'],
    ['/?status=running,blocked&q=a%20%26b&page=2', '/?status=running,blocked&q=a%20%26b&page=2'],
    ['/?q=%5C%5Cserver', '/?q=%5C%5Cserver'],
    ['/?q=//evil.example', '/?q=//evil.example'],
    ['/work-units/api', '/work-units/api'],
    ['/work-units/api/runs/2?from=100&find=x', '/work-units/api/runs/2?from=100&find=x'],
    ['/work-units/api#item', '/work-units/api'],
    ['/work-units/', '/work-units/'],
    [`${HOME}/`, '/'],
    [`${HOME}/?q=x`, '/?q=x'],
    [`${HOME}/work-units/api`, '/work-units/api'],
  ];
  for (const [address, path] of ours) test(address, () => assert.equal(localPath(address, HOME), path));
});

/** Each is tried as it is and behind our own origin. */
const PATHS: Readonly<Record<string, string>> = {
  'two slashes': '//evil.example/',
  'three slashes': '///evil.example/',
  'a backslash': '/\\evil.example/',
  'a backslash in front': '\\evil.example/',
  'two backslashes': '\\\\evil.example/',
  'a backslash, then a slash': '/\\/evil.example/',
  'a backslash later on': '/work-units\\evil',
  'a backslash in the query': '/?q=\\',
  'an escaped backslash': '/%5Cevil.example/',
  'an escaped backslash, small': '/%5cevil.example/',
  'a backslash escaped twice': '/%255Cevil.example/',
  'an escaped slash': '/%2Fevil.example/',
  'a slash escaped twice': '/%252Fevil.example/',
  'a tab': '/\t/evil.example/',
  'an escaped tab': '/%09/evil.example/',
  'a line feed': '/\n/evil.example/',
  'a carriage return': '/\r/evil.example/',
  'an escaped line break': '/%0d%0aSet-Cookie:%20a=b',
  'a NUL': '/\0/evil.example/',
  'an escaped NUL': '/%00/evil.example/',
  'a blank in front': ' //evil.example/',
  'a blank within': '/ /evil.example/',
  'two slashes within': '/work-units//evil.example',
  'dots that lead out': '/../..//evil.example/',
  'a dot between slashes': '/.//evil.example/',
  'two dots and a slash': '/work-units/..//evil.example',
  'full-width slashes': '/\uff0fevil.example/',
  'a full-width backslash': '/\uff3cevil.example/',
  'a letter beyond ASCII': '/wörk',
  'a semicolon': '/;//evil.example',
  'an @': '/@evil.example/',
  'a colon': '/javascript:alert(1)',
  'right-to-left': '/\u202eelpmaxe.live',
};
const WHOLE: Readonly<Record<string, string>> = {
  empty: '',
  'no slash': 'work-units/api',
  'a query alone': '?q=x',
  'another host': 'http://evil.example/',
  'another host with a path of ours': 'http://evil.example/work-units/api',
  'another host by TLS': 'https://evil.example/',
  'our host as userinfo': 'http://abcdefghij.localhost:7845@evil.example/',
  'our host with userinfo': 'http://user:secret@abcdefghij.localhost:7845/',
  'our host, then a dot': 'http://abcdefghij.localhost:7845.evil.example/',
  'our host, then a digit': 'http://abcdefghij.localhost:78450/',
  'our host without its port': 'http://abcdefghij.localhost/',
  'our host by another scheme': 'https://abcdefghij.localhost:7845/',
  'our host without a slash': HOME,
  'our host in capitals': 'http://ABCDEFGHIJ.localhost:7845/',
  'our host, then a backslash': 'http://abcdefghij.localhost:7845\\@evil.example/',
  'our host after blanks': `  ${HOME}/`,
  'no scheme': '//abcdefghij.localhost:7845/',
  'another of our names': 'http://127.0.0.1:7845/',
  IPv6: 'http://[::1]:7845/',
  'IPv6 with IPv4 in it': 'http://[::ffff:1.2.3.4]/',
  'a number': 'http://2130706433/',
  'one slash after the scheme': 'http:/evil.example/',
  'no slash after the scheme': 'http:evil.example',
  'a script': 'javascript:alert(1)',
  'a script with a tab': 'java\tscript:alert(1)',
  'a script in capitals': 'JaVaScRiPt://%0aalert(1)',
  'our host as a comment of a script': `javascript:alert(1)//${HOME}/`,
  data: 'data:text/html,<script>alert(1)</script>',
  file: 'file:///etc/passwd',
  blob: `blob:${HOME}/1234`,
  'view-source': `view-source:${HOME}/`,
  'too long': `/?q=${'x'.repeat(2000)}`,
};

describe('a trick leads nowhere', () => {
  for (const [what, path] of Object.entries(PATHS))
    test(`${what}: ${JSON.stringify(path)}`, () => {
      assert.equal(localPath(path), null);
      assert.equal(localPath(path, HOME), null);
      assert.equal(localPath(HOME + path, HOME), null);
    });
  for (const [what, address] of Object.entries(WHOLE))
    test(`${what}: ${JSON.stringify(address.slice(0, 60))}`, () => {
      assert.equal(localPath(address), null);
      assert.equal(localPath(address, HOME), null);
    });

  test('a whole address counts only where ours is known', () => {
    assert.equal(localPath(`${HOME}/`), null);
    for (const origin of ['', 'null', '/', 'http://'])
      assert.equal(localPath(`${origin}//evil.example/`, origin), null);
  });
});

test('whatever it is: what comes back stays on our host, as browsers read it', () => {
  const piece = fc.constantFrom(
    '/',
    '\\',
    '%5C',
    '%2f',
    '%09',
    '\t',
    '\n',
    '.',
    '@',
    ':',
    '?',
    '#',
    'evil.example',
    'a',
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 12 }), fc.boolean(), (pieces, isWhole) => {
      const path = localPath((isWhole ? HOME : '') + pieces.join(''), HOME);
      if (path === null) return;
      const read = new URL(path, HOME);
      assert.equal(read.origin, HOME);
      assert.equal(read.pathname, path.split('?')[0]);
    }),
    { numRuns: 20_000 },
  );
});
