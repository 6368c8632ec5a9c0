/** What a request must be, whoever sends it, written down by hand from the design. */

import { EVIL, FORM_TYPE, JSON_TYPE, OWN, OWN_HOST } from './scene.ts';
import { type Row, rows } from './table-row.ts';

const SIGNED_IN = { shows: 'session' } as const;
const FORM = { method: 'POST', target: '/items/3/answer', type: FORM_TYPE } as const;
const OUR_FORM = { ...FORM, ...SIGNED_IN, origins: [OWN] } as const;
const CALL = { method: 'POST', target: '/trpc/units.add', type: JSON_TYPE } as const;
const OUR_CALL = { ...CALL, ...SIGNED_IN, origins: [OWN] } as const;

const targets = rows('Target: starts with exactly one `/`, printable ASCII, not absolute-form → else 400.', {
  'the dashboard': ['operator by page', SIGNED_IN],
  'a filter': ['operator by page', { ...SIGNED_IN, target: '/?status=running' }],
  'an escaped slash': ['operator by page', { ...SIGNED_IN, target: '/%2f%2fevil.example' }],
  'the first and the last printable letter': ['operator by page', { ...SIGNED_IN, target: '/!~' }],
  'two slashes further on': ['operator by page', { ...SIGNED_IN, target: '/items//3' }],
  'two slashes': ['400', { ...SIGNED_IN, target: '//evil.example/' }],
  'a slash and a backslash, which browsers read as two': ['400', { ...SIGNED_IN, target: '/\\evil.example' }],
  'absolute form': ['400', { ...SIGNED_IN, target: `${OWN}/` }],
  'absolute form of another': ['400', { target: `${EVIL}/` }],
  'the star': ['400', { method: 'OPTIONS', target: '*' }],
  'no target': ['400', { ...SIGNED_IN, target: '' }],
  'no slash': ['400', { ...SIGNED_IN, target: 'trpc/status' }],
  'a letter beyond ASCII': ['400', { ...SIGNED_IN, target: '/\u00fc' }],
  'a fragment': ['400', { ...SIGNED_IN, target: '/#top' }],
  'a fragment behind a query': ['400', { ...SIGNED_IN, target: '/?q=a#top' }],
  'an escaped fragment': ['operator by page', { ...SIGNED_IN, target: '/%23top' }],
  'a space': ['400', { ...SIGNED_IN, target: '/a b' }],
  'the delete character': ['400', { ...SIGNED_IN, target: '/\u007f' }],
  'a line end at the end': ['400', { ...SIGNED_IN, target: '/\n' }],
  'two slashes at a wrong host': ['400', { target: '//', hosts: ['evil.example'] }],
  'two slashes over the Unix socket': ['400', { door: 'socket', target: '//evil.example/' }],
});

const hosts = rows('Host: exactly one header, in the list with our port, configured names → else 421.', {
  'by number': ['operator by api', { hosts: ['127.0.0.1:7845'], shows: 'operator' }],
  'by localhost': ['operator by api', { hosts: ['localhost:7845'], shows: 'operator' }],
  'by the number of IPv6': ['operator by api', { hosts: ['[::1]:7845'], shows: 'operator' }],
  'by a configured name': ['operator by api', { hosts: ['sb.example.com'], shows: 'operator' }],
  'no host': ['421', { hosts: [], shows: 'operator' }],
  'two hosts that agree': ['421', { hosts: [OWN_HOST, OWN_HOST], shows: 'operator' }],
  'two hosts, the first ours': ['421', { hosts: [OWN_HOST, 'evil.example:7845'], shows: 'operator' }],
  'two hosts, the second ours': ['421', { hosts: ['evil.example:7845', OWN_HOST], shows: 'operator' }],
  'another port': ['421', { hosts: ['127.0.0.1:3000'], shows: 'operator' }],
  'no port': ['421', { hosts: ['127.0.0.1'], shows: 'operator' }],
  'an empty host': ['421', { hosts: [''], shows: 'operator' }],
  'a rebound name': ['421', { hosts: ['evil.example:7845'] }],
  'our name as a suffix': ['421', { hosts: [`evil.${OWN_HOST}`], ...SIGNED_IN }],
  'our name as a prefix': ['421', { hosts: [`${OWN_HOST}.evil.example`], ...SIGNED_IN }],
  'another host of the same daemon family': ['421', { hosts: ['zz2cd3ef4g.localhost:7845'], ...SIGNED_IN }],
  'a rebound name that asks for an asset': ['421', { hosts: ['evil.example:7845'], target: '/assets/a.js' }],
  'a wrong host and a strange origin': ['421', { ...OUR_FORM, hosts: ['evil.example'], origins: [EVIL] }],
});

const unixSocket = rows(
  'Unix socket: Host is not checked; `Origin`, `Referer`, `Cookie`, `Sec-Fetch-Site` or `Sec-Fetch-Dest` → 403.',
  {
    'any host at all': ['operator by cli', { door: 'socket', hosts: ['whatever'] }],
    'no host over the socket': ['operator by cli', { door: 'socket', hosts: [] }],
    'a change by the terminal': ['operator by cli', { door: 'socket', ...CALL }],
    'our own origin over the socket': ['403', { door: 'socket', origins: [OWN] }],
    'null over the socket': ['403', { door: 'socket', origins: ['null'] }],
    'two origins over the socket': ['403', { door: 'socket', origins: [OWN, OWN] }],
    'a referer': ['403', { door: 'socket', more: ['Referer', `${OWN}/`] }],
    'an empty referer, in small letters': ['403', { door: 'socket', more: ['referer', ''] }],
    'a cookie': ['403', { door: 'socket', more: ['Cookie', 'theme=dark'] }],
    'a site': ['403', { door: 'socket', sites: ['same-origin'] }],
    'the site none': ['403', { door: 'socket', sites: ['none'] }],
    'a destination': ['403', { door: 'socket', more: ['Sec-Fetch-Dest', 'empty'] }],
    'a cookie beside the right token': [
      '403',
      { door: 'socket', shows: 'operator', more: ['Cookie', 'a=b'] },
    ],
    "Node's own fetch": ['operator by cli', { door: 'socket', more: ['Sec-Fetch-Mode', 'cors'] }],
    'text over the socket': ['415', { door: 'socket', ...CALL, type: 'text/plain' }],
    'too much over the socket': ['413', { door: 'socket', ...CALL, length: '1048577' }],
  },
);

const contents = rows('Content type and declared length: else 415 / 413. Forms 256 KiB, JSON 1 MiB.', {
  'JSON with parameters': ['operator by page', { ...OUR_CALL, type: 'Application/JSON ; charset=utf-8' }],
  'a form with parameters': ['operator by form', { ...OUR_FORM, type: `${FORM_TYPE};charset=utf-8` }],
  'JSON to a page': ['operator by form', { ...OUR_FORM, type: JSON_TYPE }],
  'a form to a procedure': ['415', { ...OUR_CALL, type: FORM_TYPE }],
  'multipart to a procedure': ['415', { ...OUR_CALL, type: 'multipart/form-data; boundary=x' }],
  'multipart to a page': ['415', { ...OUR_FORM, type: 'multipart/form-data; boundary=x' }],
  'text to a page': ['415', { ...OUR_FORM, type: 'text/plain' }],
  'text that mentions JSON': ['415', { ...OUR_CALL, type: 'text/plain; application/json' }],
  'two types in one': ['415', { ...OUR_CALL, type: 'application/json, text/plain' }],
  'a type like JSON': ['415', { ...OUR_CALL, type: 'application/json-patch+json' }],
  'no type': ['415', { ...OUR_FORM, type: null }],
  'an empty type': ['415', { ...OUR_FORM, type: '' }],
  'DELETE without a type': ['415', { ...OUR_FORM, method: 'DELETE', type: null }],
  'OPTIONS of any type': [
    'operator by page',
    { ...SIGNED_IN, method: 'OPTIONS', origins: [OWN], type: 'text/plain' },
  ],
  'a form at the limit': ['operator by form', { ...OUR_FORM, length: '262144' }],
  'a form over the limit': ['413', { ...OUR_FORM, length: '262145' }],
  'JSON at the limit': ['operator by page', { ...OUR_CALL, length: '1048576' }],
  'JSON over the limit': ['413', { ...OUR_CALL, length: '1048577' }],
  'nothing at all': ['operator by form', { ...OUR_FORM, length: '0' }],
  'a length that is no number': ['413', { ...OUR_FORM, length: 'much' }],
  'a length below nothing': ['413', { ...OUR_FORM, length: '-1' }],
  'a length with an exponent': ['413', { ...OUR_FORM, length: '1e3' }],
  'a length in sixteens': ['413', { ...OUR_FORM, length: '0x10' }],
  'an empty length': ['413', { ...OUR_FORM, length: '' }],
  'a read with a length': ['operator by page', { ...SIGNED_IN, length: '9999999' }],
  'the wrong type and too much of it': ['415', { ...OUR_CALL, type: FORM_TYPE, length: '1048577' }],
  'too much of a stranger': ['413', { ...FORM, origins: [OWN], length: '262145' }],
});

export const CELLS_OF_REQUESTS: readonly Row[] = [...targets, ...hosts, ...unixSocket, ...contents];
