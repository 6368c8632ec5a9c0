/** 200 people answer one question at the same moment, each something else, by every door: one is taken, the rest learn whose. */
import assert from 'node:assert/strict';
import { Agent, request } from 'node:http';
import { after, before, test } from 'node:test';
import { callerFor } from '../../client/daemon/proven-caller.ts';
import { DaemonFixture } from '../daemon-fixture.ts';
import { Callers } from '../edge/callers.ts';
import { SignedIn } from '../fuzz/signed-in.ts';
import { PageSocket } from './page-socket.ts';

const ROUNDS = Number(process.env.SIGNALBOX_ROUNDS ?? 1000);
const ROUNDS_OF_A_UNIT = 50;
const DOORS = { form: 20, api: 60, cli: 60, page: 60 } as const;
type Door = keyof typeof DOORS;

interface Told {
  readonly door: Door;
  readonly text: string;
  readonly status: number;
  readonly said: string;
}
interface Question {
  readonly chunk: string;
  readonly item: string;
}
type Giving = Question & { readonly version: number; readonly text: string };

const house = DaemonFixture.make({}, { guarded: true });
const callers = new Callers(house);
const overTcp = new Agent({ keepAlive: true, maxSockets: 20 });
const overUnix = new Agent({ keepAlive: true, maxSockets: 20 });
let browser: SignedIn | null = null;
let socket: PageSocket | null = null;
before(async () => {
  await house.signalbox('limits', 'set', 'messages_per_second', '1000000');
  await house.start('--port', '0', '--max-agents', '0', '--undo-seconds', '0');
  browser = await SignedIn.at(callers);
  socket = await PageSocket.open(browser);
});
after(async () => {
  socket?.close();
  browser?.close();
  overTcp.destroy();
  overUnix.destroy();
  await house.close();
});

function post(where: object, headers: Record<string, string>, input: object): Promise<[number, string]> {
  const body = JSON.stringify(input);
  const all = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body), ...headers };
  return new Promise((resolve, reject) => {
    const call = request({ ...where, method: 'POST', path: '/trpc/items.answer', headers: all });
    call.on('error', reject).on('response', (answer) => {
      let text = '';
      answer.setEncoding('utf8').on('data', (part: string) => {
        text += part;
      });
      answer.on('end', () => resolve([answer.statusCode ?? 0, text]));
    });
    call.end(body);
  });
}

const WAYS: Readonly<Record<Door, (giving: Giving) => Promise<[number, string]>>> = {
  async form({ chunk, item, version, text }) {
    const fields = new URLSearchParams({ item, version: `${version}`, text });
    const { status, body } = await browser!.form(`/work-units/${chunk}/answer`, Buffer.from(`${fields}`));
    return [status === 303 ? 200 : status, body];
  },
  api: (giving) =>
    post(
      { agent: overTcp, host: '127.0.0.1', port: callers.port },
      { authorization: `Bearer ${callers.token}` },
      giving,
    ),
  cli: (giving) => {
    const caller = callerFor(callers.socket.socketPath);
    return post({ agent: overUnix, ...callers.socket }, { ...caller.headers }, giving).finally(caller.done);
  },
  async page(giving) {
    const reply = await socket!.call('mutation', 'items.answer', giving);
    return [Number(/"httpStatus":(\d+)/.exec(reply)?.[1] ?? 200), reply];
  },
};

/** In an order that differs from round to round. */
function crowd(round: number): Door[] {
  const all = Object.entries(DOORS).flatMap(([door, count]) => Array<Door>(count).fill(door as Door));
  const order = (nth: number) => (Math.imul(nth + 1, 2654435761) ^ Math.imul(round + 1, 40503)) >>> 0;
  return all
    .map((door, nth) => [order(nth), door] as const)
    .sort(([a], [b]) => a - b)
    .map(([, door]) => door);
}

async function ask(round: number): Promise<Question> {
  const chunk = `asker-${Math.floor(round / ROUNDS_OF_A_UNIT)}`;
  const item = `question-${round}`;
  if (round % ROUNDS_OF_A_UNIT === 0) await callers.must('units.add', { units: [{ chunk, external: true }] });
  await callers.must('items.ask', {
    key: item,
    chunk,
    run: null,
    questions: [{ prompt: `Question ${round}?` }],
  });
  return { chunk, item };
}

/** Each door in turn is a few turns of the loop ahead, or the quickest would always win. */
const HEAD_START = 40;
const NAMES = Object.keys(DOORS);

async function turns(count: number): Promise<void> {
  for (let turn = 0; turn < count; turn++) await new Promise(setImmediate);
}

async function answerAll(round: number, { chunk, item }: Question): Promise<Told[]> {
  const first = NAMES[round % NAMES.length];
  const answers = crowd(round).map(async (door, nth) => {
    if (door !== first) await turns(HEAD_START);
    const text = `words-${round}-${nth}-by-${door}`;
    const [status, said] = await WAYS[door]({ chunk, item, version: 1, text });
    return { door, text, status, said };
  });
  return Promise.all(answers);
}

/** One was taken, and everybody else was told by whom, by which door, and what. */
function winnerOf(all: readonly Told[]): Told {
  const taken = all.filter(({ status }) => status === 200);
  assert.equal(taken.length, 1, `${taken.length} answers were taken`);
  const [winner] = taken as [Told];
  for (const { status, said, text } of all) {
    if (text === winner.text) continue;
    assert.equal(status, 409, said.slice(0, 300));
    assert.ok(said.includes(`Already answered by operator (${winner.door}): `), said.slice(0, 300));
    assert.ok(said.includes(winner.text), 'the words that were taken are not told');
  }
  return winner;
}

interface Fact {
  readonly seq: number;
  readonly type: string;
  readonly data: { readonly id?: string };
}

/** How often each thing happened to each item, as the log has it. */
async function countsByItem(): Promise<Map<string, Map<string, number>>> {
  const counts = new Map<string, Map<string, number>>();
  for (let after: number | null = 0; after !== null; ) {
    type Page = { events: Fact[]; next: number | null };
    const page: Page = await callers.read<Page>('history', { after, limit: 1000 });
    for (const { type, data } of page.events) {
      if (data.id === undefined) continue;
      const of = counts.get(data.id) ?? new Map<string, number>();
      counts.set(data.id, of.set(type, (of.get(type) ?? 0) + 1));
    }
    after = page.next;
  }
  return counts;
}

test(`200 answers to one question, ${ROUNDS} times: one is taken, the rest are told whose, and it is delivered once`, async (t) => {
  const won = new Map<Door, number>();
  const began = performance.now();
  for (let round = 0; round < ROUNDS; round++) {
    const question = await ask(round);
    const stop = await socket!.follow(question.item);
    const winner = winnerOf(await answerAll(round, question));
    won.set(winner.door, (won.get(winner.door) ?? 0) + 1);
    const confirm = { ...question, run: null };
    await Promise.all([callers.must('items.confirm', confirm), callers.must('items.confirm', confirm)]);
    await socket!.call('query', 'access.me', {});
    stop();
    assert.deepEqual(
      [...new Set(socket!.shown.get(question.item))],
      [winner.text],
      'whoever asked saw another',
    );
  }
  const counts = await countsByItem();
  for (let round = 0; round < ROUNDS; round++) {
    const of = counts.get(`question-${round}`);
    for (const type of ['item.answered', 'item.released', 'item.delivered'])
      assert.equal(of?.get(type), 1, `question ${round}: ${type}`);
  }
  const seconds = (performance.now() - began) / 1000;
  const winners = [...won].map(([door, times]) => `${door} ${times}`).join(', ');
  t.diagnostic(`${ROUNDS * 200} answers in ${seconds.toFixed(0)} s; taken: ${winners}`);
});
