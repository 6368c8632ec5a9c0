/** What a hostile page sends: each of these changes something when it comes from where it may. */
export const CHUNK = 'hush-hush';
/** What is asked, by the id of its item: one for each way of answering. */
export const QUESTIONS = { one: 'Which of the two?', two: 'And until when?' } as const;

export interface Payload {
  readonly name: string;
  readonly path: string;
  readonly form: Readonly<Record<string, string>>;
  /** The same for those who send JSON; null: only forms go there. */
  readonly json: string | null;
}

/** Its last member is a text, which may contain what a form sent as plain text puts there. */
const answer = { chunk: CHUNK, item: 'one', version: 1, text: 'said by a stranger' };
const answerByForm = { item: 'two', version: '1', text: 'said by a stranger' };
const config = { max_agents: 7 };

const PLAN = JSON.stringify({ units: [{ chunk: 'pasted', external: true }] });

/** In an order in which each changes something after those before it; the last ends the session. */
export const PAYLOADS: readonly Payload[] = [
  { name: 'config', path: '/config', form: { max_agents: '7' }, json: JSON.stringify(config) },
  {
    name: 'bulk',
    path: '/bulk',
    form: { what: 'hold', q: CHUNK },
    json: JSON.stringify({ action: 'hold', q: CHUNK }),
  },
  {
    name: 'procedure',
    path: '/trpc/units.add',
    form: { units: 'x' },
    json: JSON.stringify({ units: [{ chunk: 'planted', external: true }] }),
  },
  {
    name: 'batch',
    path: '/trpc/config.update?batch=1',
    form: { max_agents: '8' },
    json: JSON.stringify({ 0: { max_agents: 8 } }),
  },
  {
    name: 'answer by procedure',
    path: '/trpc/items.answer',
    form: { ...answer, version: '1' },
    json: JSON.stringify(answer),
  },
  {
    name: 'answer',
    path: `/work-units/${CHUNK}/answer`,
    form: answerByForm,
    json: JSON.stringify(answerByForm),
  },
  {
    name: 'plan',
    path: '/new/plan',
    form: { plan: PLAN },
    json: JSON.stringify({ text: PLAN }),
  },
  {
    name: 'notifications',
    path: '/notify/desktop',
    form: { 'kind-stuck': 'on', min_impact: '1', away_seconds: '7', gather_seconds: '5', quiet: '' },
    json: JSON.stringify({ on: false, kinds: ['stuck'] }),
  },
  { name: 'sign out', path: '/sign-out', form: {}, json: null },
];

const input = (value: object) => encodeURIComponent(JSON.stringify(value));

/** What a hostile page would like to read. */
export const READABLE: readonly string[] = [
  '/',
  `/work-units/${CHUNK}`,
  '/sign-in',
  '/trpc/status',
  '/trpc/board.now?input=%7B%7D',
  `/trpc/unit?input=${input({ chunk: CHUNK })}`,
  '/trpc/access.list',
  '/settings',
  '/manifest.webmanifest',
  '/notification-worker.js',
];

/** What it says once a socket is open. */
export const SOCKET_WORDS: readonly string[] = [
  { method: 'connectionParams', data: { token: '' } },
  { id: 1, method: 'subscription', params: { path: 'board.follow', input: {} } },
  { id: 2, method: 'query', params: { path: 'status' } },
  { id: 3, method: 'mutation', params: { path: 'config.update', input: { max_agents: 9 } } },
].map((words) => JSON.stringify(words));
