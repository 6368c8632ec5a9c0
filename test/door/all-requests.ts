/** Every combination of what a request can say at the door, one number each. */
import { type Cell, EVIL, FORM_TYPE, JSON_TYPE, LISTED, OWN, OWN_HOST, type Shown } from './scene.ts';

const HOSTS: readonly Cell['hosts'][] = [
  [OWN_HOST],
  ['127.0.0.1:7845'],
  ['localhost:7845'],
  ['[::1]:7845'],
  ['sb.example.com'],
  [],
  [OWN_HOST, OWN_HOST],
  ['127.0.0.1:7845', 'evil.example:7845'],
  ['127.0.0.1:3000'],
  ['127.0.0.1'],
  ['evil.example:7845'],
  [`evil.${OWN_HOST}`],
  ['127.0.0.1:7845.evil.example'],
  [''],
];
const ORIGINS: readonly Cell['origins'][] = [
  [],
  [OWN],
  ['http://127.0.0.1:7845'],
  ['http://localhost:7845'],
  ['http://sb.example.com'],
  ['null'],
  [LISTED],
  [`${LISTED}.evil.example`],
  [EVIL],
  ['http://127.0.0.1:3000'],
  [OWN.replace('http:', 'https:')],
  [OWN, OWN],
];
const SITES: readonly Cell['sites'][] = [[], ['same-origin'], ['none'], ['same-site'], ['cross-site']];
const METHODS: readonly Pick<Cell, 'method' | 'navigates'>[] = [
  { method: 'GET', navigates: false },
  { method: 'GET', navigates: true },
  { method: 'HEAD', navigates: false },
  { method: 'OPTIONS', navigates: false },
  { method: 'POST', navigates: false },
  { method: 'POST', navigates: true },
  { method: 'PUT', navigates: false },
  { method: 'DELETE', navigates: false },
  { method: 'TRACE', navigates: false },
];
const TYPES: readonly Pick<Cell, 'type' | 'length'>[] = [
  { type: null, length: null },
  { type: JSON_TYPE, length: null },
  { type: 'Application/JSON ; charset=utf-8', length: '2' },
  { type: JSON_TYPE, length: '262145' },
  { type: JSON_TYPE, length: '1048577' },
  { type: FORM_TYPE, length: null },
  { type: FORM_TYPE, length: '262145' },
  { type: 'multipart/form-data; boundary=x', length: '2' },
  { type: 'text/plain', length: '2' },
];
const CALLERS: readonly Shown[] = ['nothing', 'session', 'operator', 'agent'];
const ENDPOINTS: readonly Pick<Cell, 'target' | 'upgrade'>[] = [
  { target: '/', upgrade: false },
  { target: '/trpc/status', upgrade: false },
  { target: '/trpc', upgrade: true },
  { target: '/embed', upgrade: true },
  { target: '/embed.js', upgrade: false },
];

/** How many cells there are. */
export const CELLS = [HOSTS, ORIGINS, SITES, METHODS, TYPES, CALLERS, ENDPOINTS]
  .map(({ length }) => length)
  .reduce((all, each) => all * each, 1);

/** The cell with this number, from 0 up to, not including, {@link CELLS}. */
export function cellAt(number: number): Cell {
  let left = number;
  const next = <T>(values: readonly T[]): T => {
    const value = values[left % values.length] as T;
    left = Math.floor(left / values.length);
    return value;
  };
  const { target, upgrade } = next(ENDPOINTS);
  const shows = next(CALLERS);
  const { type, length } = next(TYPES);
  const { method, navigates } = next(METHODS);
  const sites = next(SITES);
  const origins = next(ORIGINS);
  return { method, target, upgrade, hosts: next(HOSTS), origins, sites, navigates, type, length, shows };
}
