/** From sending a question to one of ten daemons until a viewer of the hub has it, beside a viewer of that daemon itself. */
import { performance } from 'node:perf_hooks';
import { setTimeout as pause } from 'node:timers/promises';
import { WebSocket } from 'ws';
import { Callers } from '../test/edge/callers.ts';
import { HubFixture } from '../test/hub-fixture.ts';
import { afterwards } from './cleanup.ts';
import { type Figure, median, ms } from './figure.ts';

const DAEMONS = 10;
const UNITS = 50;
const ROUNDS = 100;
const WARM_UP = 10;
/** Longer than a daemon merges news, so that each question is told by itself. */
const betweenMs = () => 60 + Math.random() * 40;
const SUBSCRIBE = JSON.stringify({
  id: 1,
  jsonrpc: '2.0',
  method: 'subscription',
  params: { path: 'board.follow', input: {} },
});

export async function hub(): Promise<Figure> {
  const scene = new HubFixture(...Array.from({ length: DAEMONS }, (_, nth) => `project-${nth}`));
  afterwards(() => scene.close());
  for (const house of scene.houses) await house.start('--port', '0', '--max-agents', '0');
  await scene.open('--no-auth');
  const callers = scene.houses.map((house) => new Callers(house));
  const units = Array.from({ length: UNITS }, (_, nth) => ({ chunk: `unit-${nth}`, external: true }));
  for (const each of callers) await each.must('units.add', { units });
  await scene.untilShown(0);
  const ofHub = await Viewer.at(scene.address);
  const own = await Promise.all(scene.houses.map(({ address }) => Viewer.at(address)));
  const [byHub, byDaemon]: [number[], number[]] = [[], []];
  for (let round = -WARM_UP; round < ROUNDS; round++) {
    await pause(betweenMs());
    const nth = (round + WARM_UP) % DAEMONS;
    const mark = `mark-of-${round + WARM_UP}-`;
    const [daemon, viewer] = [callers[nth], own[nth]];
    if (!daemon || !viewer) throw new Error('no such daemon');
    const heard = [ofHub.hears(mark), viewer.hears(mark)] as const;
    const sent = performance.now();
    const questions = [{ prompt: `${mark}?` }];
    await daemon.must('items.ask', { key: mark, chunk: `unit-${nth}`, run: null, questions });
    const [there, here] = await Promise.all(heard);
    if (round < 0) continue;
    byHub.push(there - sent);
    byDaemon.push(here - sent);
  }
  for (const viewer of [ofHub, ...own]) viewer.leave();
  return figureOf(byHub, byDaemon);
}

/** One that follows a board, and waits for words in it. */
class Viewer {
  readonly #socket: WebSocket;
  readonly #waiting = new Map<string, (at: number) => void>();

  private constructor(socket: WebSocket) {
    this.#socket = socket;
    socket.on('message', (data: Buffer) => {
      const at = performance.now();
      for (const [mark, tell] of this.#waiting)
        if (data.includes(mark)) {
          this.#waiting.delete(mark);
          tell(at);
        }
    });
  }

  static async at(address: string): Promise<Viewer> {
    const { origin, host } = new URL(address);
    const socket = new WebSocket(`ws://${host}/trpc`, { headers: { origin } });
    const viewer = new Viewer(socket);
    await new Promise((resolve, reject) => socket.once('open', resolve).once('error', reject));
    const shown = viewer.hears('"snapshot":{');
    socket.send(SUBSCRIBE);
    await shown;
    return viewer;
  }

  /** When words arrive, by the clock of this process. */
  hears(mark: string): Promise<number> {
    return new Promise((resolve) => this.#waiting.set(mark, resolve));
  }

  leave(): void {
    this.#socket.terminate();
  }
}

function p95(samples: readonly number[]): number {
  const sorted = [...samples].sort((a, b) => a - b);
  return sorted[Math.ceil(sorted.length * 0.95) - 1] ?? Number.NaN;
}

function figureOf(byHub: readonly number[], byDaemon: readonly number[]): Figure {
  const row = (name: string, samples: readonly number[]) => [name, ms(median(samples)), ms(p95(samples))];
  const added = byHub.map((taken, nth) => taken - (byDaemon[nth] ?? 0));
  return {
    title: 'hub: from asking until a viewer has it',
    head: [
      ['who looks', 'p50', 'p95'],
      ['', 'ms', 'ms'],
    ],
    rows: [
      row('the hub, over ten daemons', byHub),
      row('the daemon itself', byDaemon),
      row('what the hub adds to each', added),
    ],
    note: `${ROUNDS} questions to ${DAEMONS} daemons of ${UNITS} units in turn; since the request was sent, until the words are in the viewer's process.`,
  };
}
