/** Messages on sockets: calls, streams, batches and first words, almost right, of every role. */
import { after, before, test } from 'node:test';
import { WebSocket } from 'ws';
import { appRouter } from '../../server/api/router.ts';
import { newRandom } from './how-many.ts';
import { changed, changedBytes, oddNumber, oddText, oddValue } from './odd-values.ts';
import type { Random } from './random.ts';
import { Watched } from './watched-daemon.ts';

const LANES = 8;
const AT_ONCE = 24;
/** Then another socket: streams stay with theirs. */
const MESSAGES = 1200;
const watched = new Watched();
const tokens: string[] = [];
const CHUNKS = ['one', 'two', 'three', 'outside'];
const KEYS = ['k-1', 'k-2', 'k-3', 'k-4', 'k-5'];
before(async () => {
  await watched.start();
  for (const chunk of CHUNKS.slice(0, 3))
    await watched.callers.must('units.add', { units: [{ chunk, command: 'true', after: ['never'] }] });
  await watched.callers.must('units.add', { units: [{ chunk: 'outside', external: true }] });
  const add = async (input: object) =>
    ((await watched.callers.must('access.add', input)) as { token: string }).token;
  tokens.push(watched.token, watched.token, watched.token);
  tokens.push(await add({ role: 'viewer' }), await add({ role: 'agent', chunk: 'outside' }));
});
after(() => watched.close());

const PROCEDURES = (
  appRouter as unknown as { _def: { procedures: Readonly<Record<string, { _def: { type: string } }>> } }
)._def.procedures;
/** Removing units would soon leave nothing to talk about; it is tried among the others' names. */
const PATHS = Object.keys(PROCEDURES).filter((path) => path !== 'units.remove');
const METHODS = ['query', 'mutation', 'subscription', 'subscription.stop', 'connectionParams', 'reconnect'];

/** An input that means something to some procedure. `max_agents` would start things. */
function input(random: Random, path: string): Record<string, unknown> {
  const fields: Record<string, unknown> = {
    chunk: random.pick(CHUNKS),
    item: random.pick(KEYS),
    version: random.between(1, 3),
    key: random.pick([...KEYS, 'other']),
    run: null,
    text: oddText(random),
    options: random.some(3, () => random.pick(['a', 'b', oddText(random, 70)])),
    questions: [
      { prompt: oddText(random) || 'x', options: [{ id: 'a', label: oddText(random, 100) || 'A' }] },
    ],
    units: [{ chunk: random.pick(CHUNKS), command: 'true', after: ['never'], title: oddText(random, 100) }],
    q: oddText(random, 190),
    status: ['READY'],
    page: random.between(1, 3),
    after: random.oneIn(2) ? random.pick(CHUNKS) : oddNumber(random),
    priority: random.between(-1001, 1001),
    why: oddText(random),
    title: oddText(random, 100),
    paths: random.some(3, () => oddText(random, 60)),
    minutes: oddNumber(random),
    until_done: random.pick(CHUNKS),
    other_chunk: random.pick(CHUNKS),
    verdict: random.pick(['SERIALIZE', 'ASK_OPERATOR', 'parallelize']),
    confidence: random.pick([0, 0.5, 1, 2]),
    reason: oddText(random) || 'x',
    from: random.pick(['', ':', 'x:1', `${oddNumber(random)}:${oddNumber(random)}`]),
    lastEventId: oddText(random, 70),
    offset: oddNumber(random),
    follow: random.oneIn(2),
    what: random.pick(['started', 'progressed', 'finished', 'failed']),
    words: oddText(random),
    role: random.pick(['viewer', 'embed']),
    undo_seconds: oddNumber(random),
    weight: oddNumber(random),
    id: oddText(random, 70),
    limit: oddNumber(random),
    action: random.pick(['hold', 'release', 'snooze']),
  };
  const wanted = WANTED.get(path) ?? (path.startsWith('units.') ? ['chunk'] : []);
  return Object.fromEntries(wanted.map((name) => [name, fields[name]]));
}

const BOARD = ['q', 'page', 'status'];
const WANTED = new Map<string, readonly string[]>([
  ['units.add', ['units', 'key']],
  ['units.hold', ['chunk', 'why']],
  ['units.close', ['chunk', 'reason']],
  ['units.prioritize', ['chunk', 'priority']],
  ['units.edit', ['chunk', 'title', 'paths']],
  ['units.link', ['chunk', 'after']],
  ['units.unlink', ['chunk', 'after']],
  ['units.interrupt', ['chunk', 'text']],
  ['units.bulk', ['action', 'q']],
  ['units.report', ['chunk', 'what', 'words']],
  ['items.ask', ['key', 'chunk', 'run', 'questions']],
  ['items.answer', ['chunk', 'item', 'version', 'options', 'text']],
  ['items.undo', ['chunk', 'item', 'version']],
  ['items.snooze', ['chunk', 'item', 'version', 'minutes', 'until_done']],
  ['items.wake', ['chunk', 'item']],
  ['items.withdraw', ['chunk', 'item', 'why']],
  ['items.confirm', ['chunk', 'item', 'run']],
  ['conflicts.resolve', ['chunk', 'other_chunk', 'verdict']],
  ['conflicts.report', ['chunk', 'other_chunk', 'verdict', 'confidence', 'reason']],
  ['config.update', ['undo_seconds', 'weight']],
  ['access.add', ['role']],
  ['access.revoke', ['id']],
  ['unit', ['chunk']],
  ['board.now', BOARD],
  ['board.follow', [...BOARD, 'from', 'lastEventId']],
  ['board.pulses', BOARD],
  ['history', ['chunk', 'limit']],
  ['transcript', ['chunk', 'offset', 'follow', 'lastEventId']],
]);

function message(random: Random): unknown {
  const path = random.oneIn(12) ? random.pick(['units.remove', oddText(random)]) : random.pick(PATHS);
  const right = Object.hasOwn(PROCEDURES, path) ? PROCEDURES[path]!._def.type : 'query';
  const method = random.oneIn(10) ? random.pick([...METHODS, oddText(random)]) : right;
  const id = random.oneIn(8) ? oddValue(random) : random.below(2 ** 31);
  const call = random.oneIn(3) ? changed(random, input(random, path)) : input(random, path);
  const params = { path, input: call, ...(random.oneIn(20) && { lastEventId: oddValue(random) }) };
  const whole = { id, method, params, ...(random.oneIn(20) && { jsonrpc: oddText(random) }) };
  return random.oneIn(6) ? changed(random, whole) : whole;
}

function spoken(random: Random): string | Buffer {
  if (random.oneIn(60)) return random.pick(['PING', 'PONG', '', 'null', '[', '{"id":1', '[]', '[[]]', '0']);
  if (random.oneIn(2000)) return `{"id":1,"params":${'['.repeat(100_000)}`;
  const count = random.between(1, 22);
  const text = JSON.stringify(
    random.oneIn(12) ? Array.from({ length: count }, () => message(random)) : message(random),
  );
  const bytes = Buffer.from(text);
  if (random.oneIn(12)) return changedBytes(random, bytes).toString();
  return random.oneIn(25) ? bytes : text;
}

/** A few messages, then one whose answer must come, unless the socket is closed instead. */
async function talk(socket: WebSocket, random: Random, count: number, nth: number): Promise<void> {
  const last: (string | Buffer)[] = [];
  const end = `end-${nth}`;
  const answered = new Promise<void>((resolve) => {
    const heard = (data: Buffer) => {
      const text = data.toString();
      const about = () =>
        `${text.slice(0, 300)} after ${last.map((sent) => sent.toString().slice(0, 200)).join('\n')}`;
      watched.answered(Number(/"httpStatus":(\d+)/.exec(text)?.[1] ?? 200), about);
      if (text.includes(`"${end}"`)) done();
    };
    const done = () => {
      socket.off('message', heard).off('close', done);
      resolve();
    };
    socket.on('message', heard).once('close', done);
  });
  for (let each = 0; each < count && socket.readyState === WebSocket.OPEN; each++) {
    const sent = spoken(random);
    last.push(sent);
    socket.send(sent);
  }
  if (socket.readyState === WebSocket.OPEN)
    socket.send(JSON.stringify({ id: end, method: 'query', params: { path: 'access.me' } }));
  await answered;
}

async function lane(random: Random): Promise<void> {
  while (watched.left > 0) {
    const query = random.oneIn(20) ? '?connectionParams=1' : '';
    const token = random.pick(tokens);
    const socket = new WebSocket(`ws://127.0.0.1:${watched.port}/trpc${query}`, {
      headers: { authorization: `Bearer ${token}` },
    });
    // The unit of the agent's token may have been removed, and with it the token.
    socket.on('error', (error) => {
      if (token === watched.token) watched.wrong(`a socket was refused: ${error.message}`);
    });
    const closed = new Promise((resolve) => socket.once('close', resolve));
    await Promise.race([new Promise((resolve) => socket.once('open', resolve)), closed]);
    if (query !== '' && socket.readyState === WebSocket.OPEN) socket.send(spoken(random));
    for (
      let sent = 0;
      sent < MESSAGES && socket.readyState === WebSocket.OPEN && watched.left > 0;
      sent += AT_ONCE
    ) {
      watched.tried(AT_ONCE);
      await talk(socket, random, AT_ONCE, sent);
    }
    socket.terminate();
    await closed;
  }
}

test('messages on sockets', async (t) => {
  const random = newRandom();
  await Promise.all(Array.from({ length: LANES }, () => lane(random.fork())));
  await watched.verdict(t);
});
