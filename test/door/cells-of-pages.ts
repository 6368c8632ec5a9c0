/** What belongs to the page and is no procedure: the door knows none of it by name, so nothing of it is public or a listed page's. */

import { EVIL, FORM_TYPE, JSON_TYPE, LISTED, OWN } from './scene.ts';
import { type Row, rows } from './table-row.ts';

const SIGNED_IN = { shows: 'session' } as const;
const OUR_FORM = { method: 'POST', type: FORM_TYPE, origins: [OWN], ...SIGNED_IN } as const;
const OF_A_WORKER = ['Service-Worker', 'script', 'Sec-Fetch-Dest', 'serviceworker'];

const READ = [
  '/new',
  '/graph?unit=a',
  '/settings',
  '/notify',
  '/manifest.webmanifest',
  '/icon.svg',
  '/icon-maskable.svg',
  '/notification-worker.js',
  '/openapi.json',
  '/healthz',
  '/readyz',
  '/metrics',
];
const WRITTEN = ['/new', '/new/plan', '/config', '/bulk', '/notify/webhook', '/notify/webhook/test'];

const readCells = READ.flatMap((target) =>
  rows('Not signed in → 401. `same-site` or `cross-site` only for the embed socket and bundle.', {
    [`${target} for a stranger`]: ['401', { target }],
    [`${target}, signed in`]: ['operator by page', { ...SIGNED_IN, target }],
    [`${target} for its page, signed in`]: ['operator by page', { ...SIGNED_IN, target, origins: [OWN] }],
    [`${target} for a viewer`]: ['viewer by api', { shows: 'viewer', target }],
    [`${target} with the cookie by number`]: ['401', { ...SIGNED_IN, target, hosts: ['127.0.0.1:7845'] }],
    [`${target} for a hostile page`]: ['403', { ...SIGNED_IN, target, sites: ['cross-site'] }],
    [`${target} for a page on another port`]: ['403', { ...SIGNED_IN, target, sites: ['same-site'] }],
    [`${target} as the worker of a page on another port`]: [
      '403',
      { ...SIGNED_IN, target, sites: ['same-site'], more: OF_A_WORKER },
    ],
    [`${target} as the worker of our page`]: [
      'operator by page',
      { ...SIGNED_IN, target, sites: ['same-origin'], more: OF_A_WORKER },
    ],
    [`${target} for a listed page`]: [
      '403',
      { ...SIGNED_IN, target, origins: [LISTED], sites: ['cross-site'] },
    ],
    [`${target} for a page whose browser says no site`]: ['401', { ...SIGNED_IN, target, origins: [EVIL] }],
  }),
);

const writtenCells = WRITTEN.flatMap((target) =>
  rows('Unsafe: our own origin exactly; forms `application/x-www-form-urlencoded` or JSON only.', {
    [`a form to ${target}`]: ['operator by form', { ...OUR_FORM, target }],
    [`JSON to ${target}`]: ['operator by form', { ...OUR_FORM, target, type: JSON_TYPE }],
    [`a form of a stranger to ${target}`]: ['401', { ...OUR_FORM, target, shows: 'nothing' }],
    [`a form of a hostile page to ${target}`]: ['403', { ...OUR_FORM, target, origins: [EVIL] }],
    [`a form of null to ${target}`]: ['403', { ...OUR_FORM, target, origins: ['null'] }],
    [`a form of a listed page to ${target}`]: ['403', { ...OUR_FORM, target, origins: [LISTED] }],
    [`a form without Origin to ${target}`]: ['403', { ...OUR_FORM, target, origins: [] }],
    [`a form from another port to ${target}`]: ['403', { ...OUR_FORM, target, sites: ['same-site'] }],
    [`text to ${target}`]: ['415', { ...OUR_FORM, target, type: 'text/plain' }],
    [`multipart to ${target}`]: ['415', { ...OUR_FORM, target, type: 'multipart/form-data; boundary=x' }],
    [`too long a form to ${target}`]: ['413', { ...OUR_FORM, target, length: '262145' }],
    [`an upgrade at ${target} by another page`]: [
      '403',
      { ...SIGNED_IN, target, upgrade: true, origins: [EVIL] },
    ],
  }),
);

export const CELLS_OF_PAGES: readonly Row[] = [...readCells, ...writtenCells];
