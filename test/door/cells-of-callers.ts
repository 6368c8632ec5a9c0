/** Who it is that the door lets in, written down by hand from the design. */

import {
  COOKIE,
  ENDED_SESSION,
  EVIL,
  FORM_TYPE,
  JSON_TYPE,
  LISTED,
  OWN,
  PUBLIC,
  SECOND,
  TOKENS,
} from './scene.ts';
import { type Row, rows } from './table-row.ts';

const SIGNED_IN = { shows: 'session' } as const;
const FORM = { method: 'POST', type: FORM_TYPE, origins: [OWN] } as const;
const AT_LOCALHOST = { hosts: ['localhost:7845'] } as const;
const FROM_LOCALHOST = { ...AT_LOCALHOST, origins: ['http://localhost:7845'] } as const;
const VISIT = { navigates: true, sites: ['cross-site'] } as const;
const bearer = (...values: readonly string[]) => values.flatMap((value) => ['Authorization', value]);
const cookies = (...values: readonly string[]) => values.flatMap((value) => ['Cookie', value]);
const OURS = `${COOKIE}=${TOKENS.session}`;

const nobody = rows(
  'Not signed in → 401, a page that says how, nothing else. Others serve sign-in help and assets.',
  {
    'the dashboard for a stranger': ['401'],
    'a form of a stranger': ['401', FORM],
    'a call of a stranger': ['401', { ...FORM, target: '/trpc/units.add', type: JSON_TYPE }],
    'our socket for a stranger': ['401', { target: '/trpc', upgrade: true, origins: [OWN] }],
    'the embed socket of our own page for a stranger': [
      '401',
      { target: '/embed', upgrade: true, origins: [OWN] },
    ],
    'the sign-in page': ['nobody', { target: '/sign-in' }],
    'a sign-in link': ['nobody', { target: '/sign-in/once?secret=1', method: 'HEAD' }],
    'the sign-in page with a query': ['nobody', { target: '/sign-in?again=1', ...AT_LOCALHOST }],
    'a page beside the sign-in': ['401', { target: '/sign-instead' }],
    'an asset': ['nobody', { target: '/assets/dashboard-ABCDEFGH.js', ...AT_LOCALHOST }],
    'an asset, signed in': ['operator by page', { target: '/assets/a.js', ...SIGNED_IN }],
    'the folder of assets': ['401', { target: '/assets' }],
    'a page beside the assets': ['401', { target: '/assetsmith/' }],
    'a page beside the bundle': ['401', { target: '/embed.json' }],
    'the options of the sign-in page': ['401', { method: 'OPTIONS', target: '/sign-in' }],
    'the options of the bundle': [
      '401',
      { method: 'OPTIONS', target: '/embed.js', origins: [LISTED], sites: ['cross-site'] },
    ],
    'an upgrade at the sign-in page': ['401', { target: '/sign-in', upgrade: true, origins: [OWN] }],
    'a form to the sign-in page': ['401', { ...FORM, target: '/sign-in' }],
    'a form to the assets': ['401', { ...FORM, target: '/assets/a.js' }],
    'a form to the bundle': ['401', { ...FORM, target: '/embed.js' }],
    'a session that is over': ['401', { shows: 'old session' }],
    'a session that is over, at the sign-in page': ['nobody', { shows: 'old session', target: '/sign-in' }],
    'a name in capital letters': ['401', { target: '/SIGN-IN' }],
  },
);

const cookie = rows(
  'The cookie is read only when Origin is our own, or on a GET without Origin; the cookie lives at our own name only.',
  {
    'signed in': ['operator by page', { ...SIGNED_IN, said: 'operator' }],
    'signed in, with Origin': ['operator by page', { ...SIGNED_IN, origins: [OWN] }],
    'signed in, at a procedure': ['operator by page', { ...SIGNED_IN, target: '/trpc/status' }],
    'a form, signed in': ['operator by form', { ...FORM, ...SIGNED_IN, said: 'operator' }],
    'a call with a query, signed in': [
      'operator by page',
      { ...FORM, ...SIGNED_IN, target: '/trpc/a.b?batch=1', type: JSON_TYPE },
    ],
    'an upgrade outside the procedures': [
      'operator by page',
      { ...SIGNED_IN, target: '/embed', upgrade: true, origins: [OWN] },
    ],
    'the cookie with another origin': ['401', { ...SIGNED_IN, origins: [EVIL] }],
    'the cookie with null': ['401', { ...SIGNED_IN, origins: ['null'] }],
    'the cookie with a listed origin': ['401', { ...SIGNED_IN, origins: [LISTED] }],
    'the cookie at the embed socket': [
      'nobody',
      { ...SIGNED_IN, target: '/embed', upgrade: true, origins: [LISTED] },
    ],
    'the cookie at localhost': ['401', { ...SIGNED_IN, ...AT_LOCALHOST }],
    'the cookie at localhost, by its page': ['401', { ...SIGNED_IN, ...FROM_LOCALHOST }],
    'the cookie by number': ['401', { ...SIGNED_IN, hosts: ['127.0.0.1:7845'] }],
    'the cookie in a form at localhost': ['401', { ...FORM, ...SIGNED_IN, ...FROM_LOCALHOST }],
    'the cookie at the old name, behind a proxy': ['401', { ...SIGNED_IN, door: 'proxied' }],
    'the cookie at the public name': [
      'operator by page',
      { ...SIGNED_IN, door: 'proxied', hosts: ['sb.example.com'] },
    ],
    'the public origin at the old name': ['401', { ...SIGNED_IN, door: 'proxied', origins: [PUBLIC] }],
    'options without Origin': ['401', { ...SIGNED_IN, method: 'OPTIONS' }],
    'options with our Origin': ['operator by page', { ...SIGNED_IN, method: 'OPTIONS', origins: [OWN] }],
    'a link from elsewhere': ['401', { ...SIGNED_IN, ...VISIT }],
    'a link from another port': ['401', { ...SIGNED_IN, navigates: true, sites: ['same-site'] }],
    'a link of our own': ['operator by page', { ...SIGNED_IN, navigates: true, sites: ['same-origin'] }],
    'an address typed in': ['operator by page', { ...SIGNED_IN, navigates: true, sites: ['none'] }],
    'a link from elsewhere that says it is our origin': ['401', { ...SIGNED_IN, ...VISIT, origins: [OWN] }],
    'a link from elsewhere to the sign-in': ['nobody', { ...VISIT, target: '/sign-in/once' }],
    'a link from elsewhere with the token': ['operator by api', { ...VISIT, shows: 'operator' }],
    'among other cookies': ['operator by page', { more: cookies(`theme=dark; ${OURS}; a=b`) }],
    'without spaces': ['operator by page', { more: cookies(`theme=dark;${OURS};a=b`) }],
    'a browser that has signed out': ['401', { more: cookies(`${COOKIE}=${ENDED_SESSION}`) }],
    'a header whose value is the name of another': [
      'operator by page',
      { ...SIGNED_IN, more: ['X-Name', 'authorization', 'X-Other', '1'] },
    ],
    'without a value': ['401', { more: cookies(COOKIE) }],
    'the cookie twice in one header': ['401', { more: cookies(`${OURS}; ${OURS}`) }],
    'the cookie in two headers': ['401', { more: cookies(OURS, OURS) }],
    'the cookie, and again with another value': ['401', { more: cookies(`${OURS}; ${COOKIE}=x`) }],
    'a cookie whose name ends like ours': ['401', { more: cookies(`x${OURS}`) }],
    'a cookie whose value is ours': ['401', { more: cookies(`x=${TOKENS.session}`) }],
    'the cookie of another instance': ['401', { more: cookies(`sb-zz2cd3ef4g=${TOKENS.session}`) }],
    'a token in the cookie': ['401', { more: cookies(`${COOKIE}=${TOKENS.operator}`) }],
    'a session as a token': ['401', { more: bearer(`Bearer ${TOKENS.session}`) }],
  },
);

const tokens = rows('Bearer otherwise. Roles: operator, viewer, embed (bound to one origin), agent.', {
  'the operator': ['operator by api', { shows: 'operator', said: 'operator' }],
  'a viewer': ['viewer by api', { shows: 'viewer', said: 'wall' }],
  'a monitor': ['monitor by api', { shows: 'monitor', said: 'prometheus' }],
  'an agent': ['agent by api', { shows: 'agent', said: 'run 4' }],
  'an agent, by number': ['agent by api', { shows: 'agent', hosts: ['127.0.0.1:7845'] }],
  'an agent whose run has ended': ['401', { shows: 'ended', said: 'Run 3 has ended.' }],
  'an agent whose run has ended, at the sign-in': ['401', { shows: 'ended', target: '/sign-in' }],
  'an embed token by a script': ['embed by embed', { shows: 'embed' }],
  'an embed token from its origin': ['embed by embed', { shows: 'embed', origins: [LISTED] }],
  'an embed token from another listed origin': ['401', { shows: 'embed', origins: [SECOND] }],
  'an embed token from our own page': ['401', { shows: 'embed', origins: [OWN] }],
  'an embed token from elsewhere': ['401', { shows: 'embed', origins: [EVIL] }],
  'a token nobody knows': ['401', { shows: 'unknown' }],
  'a token nobody knows, for a change': ['401', { ...FORM, origins: [], shows: 'unknown' }],
  'a token nobody knows, for an asset': ['401', { shows: 'unknown', target: '/assets/a.js' }],
  'a token nobody knows at the embed socket': [
    '401',
    { shows: 'unknown', target: '/embed', upgrade: true, origins: [LISTED] },
  ],
  'a token nobody knows beside the cookie': [
    '401',
    { ...SIGNED_IN, more: bearer(`Bearer ${TOKENS.unknown}`) },
  ],
  'an agent token beside the cookie': [
    'agent by api',
    { ...SIGNED_IN, more: bearer(`Bearer ${TOKENS.agent}`) },
  ],
  'a password beside the cookie': ['401', { ...SIGNED_IN, more: bearer('Basic b3BlcmF0b3I6') }],
  'the token twice': ['401', { shows: 'operator', more: bearer(`Bearer ${TOKENS.operator}`) }],
  'the token twice, for a change': [
    '401',
    { ...FORM, shows: 'operator', more: bearer(`Bearer ${TOKENS.operator}`) },
  ],
  'no scheme': ['401', { more: bearer(TOKENS.operator) }],
  'the name of the scheme only': ['401', { more: bearer('Bearer ') }],
  'another scheme': ['401', { more: bearer(`Token ${TOKENS.operator}`) }],
  'something before the token': ['401', { more: bearer(`x Bearer ${TOKENS.operator}`) }],
  'something after the token': ['401', { more: bearer(`Bearer ${TOKENS.operator} x`) }],
  'a token of 19 letters': ['401', { more: bearer(`Bearer ${'O'.repeat(19)}`) }],
  'a token of 20 letters': ['operator by api', { more: bearer(`Bearer ${'O'.repeat(20)}`) }],
  'a token of 200 letters': ['operator by api', { more: bearer(`Bearer ${'O'.repeat(200)}`) }],
  'a token of 201 letters': ['401', { more: bearer(`Bearer ${'O'.repeat(201)}`) }],
  'a token with a sign in it': ['401', { more: bearer(`Bearer ${'O'.repeat(42)}!`) }],
  'an empty header': ['401', { more: bearer('') }],
  'an empty header, for a change': ['401', { ...FORM, origins: [], more: bearer('') }],
  'the header in small letters': [
    'operator by api',
    { more: ['authorization', `Bearer ${TOKENS.operator}`] },
  ],
});

const open = rows('`--no-auth` exists for loopback only, the gate stays.', {
  'anybody reads': ['operator by page', { door: 'open', said: 'operator' }],
  'anybody reads at localhost': ['operator by page', { door: 'open', ...AT_LOCALHOST }],
  'our own form, without authentication': ['operator by form', { ...FORM, door: 'open' }],
  'a form of localhost': ['operator by form', { ...FORM, door: 'open', ...FROM_LOCALHOST }],
  'our own socket, without authentication': [
    'operator by page',
    { door: 'open', target: '/trpc', upgrade: true, origins: [OWN] },
  ],
  'an agent stays an agent': ['agent by api', { door: 'open', shows: 'agent' }],
  'an unknown token is not let in': ['401', { door: 'open', shows: 'unknown' }],
  'an old session is no hindrance': ['operator by page', { door: 'open', shows: 'old session' }],
  'a read with another origin': ['401', { door: 'open', origins: [EVIL] }],
  'a read with null': ['401', { door: 'open', origins: ['null'] }],
  'a link from elsewhere, without authentication': ['401', { door: 'open', ...VISIT }],
  'a frame of another port, without authentication': ['403', { door: 'open', sites: ['same-site'] }],
  'a rebound name, without authentication': ['421', { door: 'open', hosts: ['evil.example:7845'] }],
  'options without Origin, without authentication': ['401', { door: 'open', method: 'OPTIONS' }],
  'a listed origin still shows its token': [
    'nobody',
    { door: 'open', target: '/embed', upgrade: true, origins: [LISTED] },
  ],
});

const unixSocket = rows(
  'Unix socket: the caller is the operator by file permission, unless it shows an agent token, which lowers the role.',
  {
    'the terminal': ['operator by cli', { door: 'socket', said: 'operator' }],
    'a socket of the terminal': ['operator by cli', { door: 'socket', target: '/trpc', upgrade: true }],
    'a form of the terminal': ['operator by cli', { ...FORM, door: 'socket', origins: [] }],
    'an agent by the socket': ['agent by cli', { door: 'socket', shows: 'agent', said: 'run 4' }],
    'the operator by the socket': ['operator by cli', { door: 'socket', shows: 'operator' }],
    'a viewer by the socket': ['viewer by cli', { door: 'socket', shows: 'viewer' }],
    'an embed token by the socket': ['embed by cli', { door: 'socket', shows: 'embed' }],
    'an ended run by the socket': ['401', { door: 'socket', shows: 'ended', said: 'Run 3 has ended.' }],
    'an unknown token by the socket': ['401', { door: 'socket', shows: 'unknown' }],
    'a malformed token by the socket': ['401', { door: 'socket', more: bearer('Basic b3BlcmF0b3I6') }],
    'two tokens by the socket': [
      '401',
      { door: 'socket', shows: 'agent', more: bearer(`Bearer ${TOKENS.agent}`) },
    ],
  },
);

const CALLS = 'Signalbox-Caller';

const calling = rows(
  'The caller is the operator unless it shows an agent token, or comes from inside a run, known by the calling process.',
  {
    'a process that is seen outside of runs': [
      'operator by cli',
      { door: 'watched', more: [CALLS, 'outside'], said: 'operator' },
    ],
    'a socket of such a process': [
      'operator by cli',
      { door: 'watched', target: '/trpc', upgrade: true, more: [CALLS, 'outside'] },
    ],
    'a process inside a run': ['403', { door: 'watched', more: [CALLS, 'inside'], said: 'No: inside' }],
    'a caller that says nothing': ['403', { door: 'watched', said: 'No: null' }],
    'a socket of one that says nothing': ['403', { door: 'watched', target: '/trpc', upgrade: true }],
    'a caller that says two things': [
      '403',
      { door: 'watched', more: [CALLS, 'outside', CALLS, 'outside'], said: 'No: null' },
    ],
    'an agent that says who calls': [
      'agent by cli',
      { door: 'watched', shows: 'agent', more: [CALLS, 'outside'], said: 'run 4' },
    ],
    'an agent that says nothing of it': ['agent by cli', { door: 'watched', shows: 'agent' }],
    'an ended run that says who calls': [
      '401',
      { door: 'watched', shows: 'ended', more: [CALLS, 'outside'] },
    ],
    'over TCP it counts for nothing': ['401', { more: [CALLS, 'outside'] }],
  },
);

export const CELLS_OF_CALLERS: readonly Row[] = [
  ...nobody,
  ...cookie,
  ...tokens,
  ...open,
  ...unixSocket,
  ...calling,
];
