/** From which pages a request or an upgrade may come, written down by hand from the design. */

import { EVIL, FORM_TYPE, JSON_TYPE, LISTED, OWN, OWN_HOST, PUBLIC, SECOND } from './scene.ts';
import { type Row, rows } from './table-row.ts';

const SIGNED_IN = { shows: 'session' } as const;
const FORM = { method: 'POST', target: '/items/3/answer', type: FORM_TYPE } as const;
const OUR_FORM = { ...FORM, ...SIGNED_IN, origins: [OWN] } as const;
const CALL = { method: 'POST', target: '/trpc/units.add', type: JSON_TYPE } as const;
const OUR_CALL = { ...CALL, ...SIGNED_IN, origins: [OWN] } as const;
const OUR_SOCKET = { target: '/trpc', upgrade: true, origins: [OWN], ...SIGNED_IN } as const;
const EMBED_SOCKET = { target: '/embed', upgrade: true, origins: [LISTED] } as const;
const VISIT = { navigates: true, sites: ['cross-site'] } as const;

const origins = rows(
  'Unsafe or an upgrade: `Origin` present → our own origin exactly; `null` → 403; absent → only with a bearer token.',
  {
    'our own form': ['operator by form', OUR_FORM],
    'our own call': ['operator by page', OUR_CALL],
    'our own socket': ['operator by page', OUR_SOCKET],
    'a form without Origin': ['403', { ...OUR_FORM, origins: [] }],
    'a form of null': ['403', { ...OUR_FORM, origins: ['null'] }],
    'a form with an empty Origin': ['403', { ...OUR_FORM, origins: [''] }],
    'a form of a hostile page': ['403', { ...OUR_FORM, origins: [EVIL] }],
    'a form of a page on another port': ['403', { ...OUR_FORM, origins: ['http://127.0.0.1:3000'] }],
    'a form of another of our names': ['403', { ...OUR_FORM, origins: ['http://127.0.0.1:7845'] }],
    'our own origin at another of our names': ['403', { ...OUR_FORM, hosts: ['127.0.0.1:7845'] }],
    'our name over https': ['403', { ...OUR_FORM, origins: [OWN.replace('http', 'https')] }],
    'our origin with a slash': ['403', { ...OUR_FORM, origins: [`${OWN}/`] }],
    'our origin as a prefix': ['403', { ...OUR_FORM, origins: [`${OWN}.evil.example`] }],
    'our host without a scheme': ['403', { ...OUR_FORM, origins: [OWN_HOST] }],
    'a form of a listed origin': ['403', { ...OUR_FORM, origins: [LISTED] }],
    'a listed origin at our own socket': ['403', { ...OUR_SOCKET, origins: [LISTED] }],
    'a listed origin, POST to /embed without an upgrade': [
      '403',
      { ...OUR_FORM, target: '/embed', origins: [LISTED] },
    ],
    'a strange origin with the token': ['403', { ...CALL, origins: [EVIL], shows: 'operator' }],
    'null with the token': ['403', { ...CALL, origins: ['null'], shows: 'operator' }],
    'our own origin with the token': ['operator by api', { ...CALL, origins: [OWN], shows: 'operator' }],
    'a script with the token': ['operator by api', { ...CALL, shows: 'operator' }],
    'a script with the cookie': ['403', { ...CALL, ...SIGNED_IN }],
    'a socket of a script with the token': ['agent by api', { ...OUR_SOCKET, origins: [], shows: 'agent' }],
    'a socket without Origin': ['403', { ...OUR_SOCKET, origins: [] }],
    'a socket of a rebound page': ['403', { ...OUR_SOCKET, origins: [EVIL] }],
    'two origins that agree': ['400', { ...OUR_FORM, origins: [OWN, OWN] }],
    'two origins, on a read': ['400', { ...SIGNED_IN, origins: [OWN, EVIL] }],
    'a method of another kind': ['403', { ...FORM, method: 'PROPFIND', origins: [] }],
    'the method GET in small letters': ['403', { ...SIGNED_IN, method: 'get' }],
    'DELETE without Origin': ['403', { method: 'DELETE', ...SIGNED_IN }],
    'HEAD without Origin': ['operator by page', { method: 'HEAD', ...SIGNED_IN }],
    'a read of another origin with the token': ['operator by api', { origins: [EVIL], shows: 'operator' }],
    'our own form behind a proxy': [
      '401',
      { ...OUR_FORM, shows: 'nothing', door: 'proxied', hosts: ['sb.example.com'], origins: [PUBLIC] },
    ],
    'the public name without TLS': [
      '403',
      { ...OUR_FORM, door: 'proxied', hosts: ['sb.example.com'], origins: ['http://sb.example.com'] },
    ],
    'the public name, signed in': [
      'operator by form',
      { ...OUR_FORM, door: 'proxied', hosts: ['sb.example.com'], origins: [PUBLIC] },
    ],
    'a public name that is not our own, over https': [
      '403',
      { ...OUR_FORM, hosts: ['sb.example.com'], origins: [PUBLIC] },
    ],
    'without authentication, a hostile form': ['403', { ...FORM, door: 'open', origins: [EVIL] }],
    'without authentication, a form of no origin': ['403', { ...FORM, door: 'open' }],
  },
);

const sites = rows(
  '`Sec-Fetch-Site`: `same-origin` for our own (or `none` for GET); others only for a listed embed origin.',
  {
    'our own form, says the browser': ['operator by form', { ...OUR_FORM, sites: ['same-origin'] }],
    'our own form, from another site': ['403', { ...OUR_FORM, sites: ['cross-site'] }],
    'our own form, from the same site': ['403', { ...OUR_FORM, sites: ['same-site'] }],
    'our own form, from nowhere': ['403', { ...OUR_FORM, sites: ['none'] }],
    'our own form, from an unknown site': ['403', { ...OUR_FORM, sites: ['self'] }],
    'our own form, from an empty site': ['403', { ...OUR_FORM, sites: [''] }],
    'a form that navigates here': ['403', { ...OUR_FORM, ...VISIT }],
    'our own socket, from another site': ['403', { ...OUR_SOCKET, sites: ['cross-site'] }],
    'our own socket, as Firefox says it': ['operator by page', { ...OUR_SOCKET, sites: ['same-origin'] }],
    'a script with the token and a site': ['403', { ...CALL, shows: 'operator', sites: ['cross-site'] }],
    'two sites that agree': ['400', { ...SIGNED_IN, sites: ['same-origin', 'same-origin'] }],
    'a page typed in': ['operator by page', { ...SIGNED_IN, sites: ['none'] }],
    'a page from our own page': ['operator by page', { ...SIGNED_IN, sites: ['same-origin'] }],
    'a page in a frame of another port': ['403', { ...SIGNED_IN, sites: ['same-site'] }],
    'an image of another site': ['403', { ...SIGNED_IN, sites: ['cross-site'] }],
    'a page from an unknown site': ['403', { ...SIGNED_IN, sites: ['self'] }],
    'an asset of another site': ['403', { target: '/assets/a.js', sites: ['cross-site'] }],
    'the token from another site': ['403', { sites: ['cross-site'], shows: 'operator' }],
    'a frame navigated from elsewhere': [
      '403',
      {
        sites: ['cross-site'],
        more: ['Sec-Fetch-Mode', 'navigate', 'Sec-Fetch-Dest', 'iframe'],
        ...SIGNED_IN,
      },
    ],
    'a document fetched without navigating': [
      '403',
      {
        sites: ['cross-site'],
        more: ['Sec-Fetch-Mode', 'no-cors', 'Sec-Fetch-Dest', 'document'],
        ...SIGNED_IN,
      },
    ],
    'a HEAD that says it navigates': ['403', { ...VISIT, ...SIGNED_IN, method: 'HEAD' }],
    'an OPTIONS that says it navigates': ['403', { ...VISIT, ...SIGNED_IN, method: 'OPTIONS' }],
  },
);

const embedding = rows('A listed embed origin on the embed socket and bundle.', {
  'the embed socket of a listed origin': ['nobody', EMBED_SOCKET],
  'the embed socket of the second one': ['nobody', { ...EMBED_SOCKET, origins: [SECOND] }],
  'the embed socket with a query': ['nobody', { ...EMBED_SOCKET, target: '/embed?view=wide' }],
  'the embed socket, as Firefox says it': ['nobody', { ...EMBED_SOCKET, sites: ['cross-site'] }],
  'the embed socket from the same site': ['nobody', { ...EMBED_SOCKET, sites: ['same-site'] }],
  'the embed socket from nowhere': ['403', { ...EMBED_SOCKET, sites: ['none'] }],
  'the embed socket from an unknown site': ['403', { ...EMBED_SOCKET, sites: ['self'] }],
  'the embed socket of another origin': ['403', { ...EMBED_SOCKET, origins: [EVIL] }],
  'the embed socket of null': ['403', { ...EMBED_SOCKET, origins: ['null'] }],
  'the embed socket of a suffix': ['403', { ...EMBED_SOCKET, origins: [`${LISTED}.evil.example`] }],
  'the embed socket without Origin': ['403', { ...EMBED_SOCKET, origins: [] }],
  'the embed socket of our own page from elsewhere': [
    '403',
    { ...EMBED_SOCKET, ...SIGNED_IN, origins: [OWN], sites: ['cross-site'] },
  ],
  'an upgrade beside the embed socket': ['403', { ...EMBED_SOCKET, target: '/embedded' }],
  'the bundle': ['nobody', { target: '/embed.js' }],
  'the bundle for a listed origin': [
    'nobody',
    { target: '/embed.js', origins: [LISTED], sites: ['cross-site'] },
  ],
  'the bundle for a listed origin, its head': [
    'nobody',
    { method: 'HEAD', target: '/embed.js', origins: [LISTED], sites: ['same-site'] },
  ],
  'the bundle for another origin': ['403', { target: '/embed.js', origins: [EVIL], sites: ['cross-site'] }],
  'the bundle for no origin': ['403', { target: '/embed.js', sites: ['cross-site'] }],
  'another script for a listed origin': [
    '403',
    { target: '/assets/a.js', origins: [LISTED], sites: ['cross-site'] },
  ],
  'a page for a listed origin': ['403', { origins: [LISTED], sites: ['cross-site'] }],
});

export const CELLS_OF_ORIGINS: readonly Row[] = [...origins, ...sites, ...embedding];
