/** Forms: every path that takes one, with fields, counts, values and encodings that no page of ours would send. */
import { after, before, test } from 'node:test';
import { ACTIONS } from '../../shared/actions.ts';
import { inParallel } from './connections.ts';
import { newRandom } from './how-many.ts';
import { changedBytes, oddNumber, oddText, percentEncoded } from './odd-values.ts';
import { SignedIn } from './signed-in.ts';
import { Watched } from './watched-daemon.ts';

const LANES = 16;
const watched = new Watched();
const random = newRandom();
const CHUNKS = ['one', 'two', 'three', 'outside'];
let page: SignedIn | null = null;
before(async () => {
  await watched.start();
  for (const chunk of CHUNKS)
    await watched.callers.must('units.add', {
      units: [
        { chunk, ...(chunk === 'outside' ? { external: true } : { command: 'true', after: ['never'] }) },
      ],
    });
  for (const key of ITEMS) {
    const questions = [{ prompt: `${key}?`, options: [{ id: 'a', label: 'A' }], multiple: true }];
    await watched.callers.must('items.ask', { key, chunk: 'one', run: null, questions });
  }
  page = await SignedIn.at(watched.callers);
});
after(() => {
  page?.close();
  return watched.close();
});

const ITEMS = ['i-1', 'i-2', 'i-3'];
const PATHS = [
  ...Object.keys(ACTIONS).flatMap((action) =>
    CHUNKS.filter((chunk) => chunk === 'outside' || !['remove', 'close'].includes(action)).map(
      (chunk) => `/work-units/${chunk}/${action}`,
    ),
  ),
  ...['/config', '/bulk'],
];
/** `max_agents` would start things, `kill` and `remove` would leave nothing to try. */
const FIELDS = [
  ...['item', 'version', 'option', 'text', 'seen', 'run', 'reason', 'why', 'words', 'phase', 'what', 'title'],
  ...[
    'goal',
    'paths',
    'priority',
    'minutes',
    'until',
    'until_done',
    'after',
    'other_chunk',
    'verdict',
    'all',
  ],
  ...[
    'override',
    'unlink',
    'undo_seconds',
    'weight',
    'ask_above',
    'keep_days',
    'action',
    'status',
    'kind',
    'q',
  ],
];
const GOOD = new Map<string, readonly string[]>(
  Object.entries({
    item: ITEMS,
    version: ['1', '2'],
    option: ['a', 'b'],
    minutes: ['5', '0'],
    what: ['started', 'progressed', 'finished', 'failed'],
    phase: ['IMPLEMENT'],
    after: CHUNKS,
    until_done: CHUNKS,
    other_chunk: CHUNKS,
    verdict: ['serialize', 'parallelize'],
    action: ['hold', 'release', 'snooze', 'retry'],
    status: ['BLOCKED', 'READY'],
    priority: ['1', '-5'],
    undo_seconds: ['0', '60'],
    weight: ['1'],
    keep_days: ['30'],
    title: ['A title'],
    goal: ['A goal'],
    why: ['for a reason'],
    text: ['words'],
  }),
);

/** What our own pages send with each. */
const OWN = new Map<string, readonly string[]>(
  Object.entries({
    answer: ['item', 'version', 'option', 'text'],
    undo: ['item', 'version'],
    snooze: ['item', 'version', 'minutes'],
    wake: ['item'],
    hold: ['why'],
    priority: ['priority'],
    edit: ['title', 'goal', 'paths'],
    link: ['after'],
    unlink: ['after'],
    report: ['what'],
    resolve: ['other_chunk', 'verdict'],
    config: ['undo_seconds', 'weight', 'keep_days'],
    bulk: ['action', 'status', 'minutes'],
  }),
);

/** How browsers write it, and how nobody does. */
function encoded(text: string): string {
  switch (random.below(6)) {
    case 0:
      return text;
    case 1:
      return [...Buffer.from(text, 'utf16le')].map((byte) => `%${byte.toString(16)}`).join('');
    case 2:
      return percentEncoded(text).replaceAll('%20', '+').toLowerCase();
    default:
      return percentEncoded(text);
  }
}

function field(from = random.oneIn(6) ? oddText(random, 60) : random.pick(FIELDS)): string {
  const name = random.oneIn(20) ? oddText(random, 60) : from;
  const good = GOOD.get(name);
  const value =
    good && !random.oneIn(3)
      ? random.pick(good)
      : random.oneIn(5)
        ? `${oddNumber(random)}`
        : oddText(random, 2000);
  return random.oneIn(30) ? encoded(name) : `${encoded(name)}=${encoded(value)}`;
}

function form(path: string): Buffer {
  const own = random.oneIn(2) ? OWN.get(path.split('/').at(-1) ?? '') : undefined;
  if (own) return Buffer.from(own.map((name) => field(name)).join('&'));
  const most = random.oneIn(20) ? 100 : 6;
  const fields = Array.from({ length: random.below(most) }, () => field());
  if (random.oneIn(200)) fields.push(`text=${'x'.repeat(random.pick([65_536, 200_000, 262_144]))}`);
  const bytes = Buffer.from(fields.join(random.oneIn(20) ? random.pick([';', '&&', '\r\n', '&;']) : '&'));
  return random.oneIn(10) ? changedBytes(random, bytes) : bytes;
}

test('forms', async (t) => {
  await inParallel(LANES, () => {
    if (watched.left <= 0 || !page) return null;
    watched.tried(1);
    const path = random.oneIn(20)
      ? `/work-units/${encodeURIComponent(random.pick(CHUNKS))}/${percentEncoded(oddText(random))}`
      : random.pick(PATHS);
    const body = form(path);
    const host = `http://127.0.0.1:${watched.port}`;
    const headers: Record<string, string> = random.oneIn(3)
      ? { referer: `${host}/${random.oneIn(2) ? 'work-units/one' : `?q=${percentEncoded(oddText(random))}`}` }
      : {};
    if (random.oneIn(30))
      headers['content-type'] =
        `application/x-www-form-urlencoded; charset=${random.pick(['utf-8', 'utf-16', 'latin1', 'x'])}`;
    return page
      .form(path, body, headers)
      .then(({ status }) =>
        watched.answered(
          status,
          () => `${path} ${JSON.stringify(headers)} ${body.toString('latin1').slice(0, 400)}`,
        ),
      );
  });
  await watched.verdict(t);
});
