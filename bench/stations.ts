/** Servers that tell a thousand listeners: the daemon, and what it is compared with. */
import { send } from '../test/edge/http-client.ts';
import { afterwards } from './cleanup.ts';
import { daemonWithUnits } from './daemon-with-units.ts';
import { forkedServer } from './forked-server.ts';
import { ManySockets } from './many-sockets.ts';

export const VIEWERS = 1000;
export const UNITS = 200;

/** Something that many listen to. */
export interface Station {
  readonly name: string;
  /** Its process. */
  readonly pid: number;
  /** Nobody listens before `gather`. */
  readonly flock: ManySockets;
  readonly gather: (viewers?: number) => Promise<void>;
  /** Says something that contains `mark`. Resolves when the server has taken it. */
  readonly say: (mark: string) => Promise<unknown>;
}

const subscription = (path: string, input: object): string =>
  JSON.stringify({ id: 1, jsonrpc: '2.0', method: 'subscription', params: { path, input } });

export async function daemonStation(): Promise<Station> {
  const { house, callers } = await daemonWithUnits(UNITS);
  const { host } = new URL(house.address);
  const hello = subscription('board.follow', { page: 1 });
  return {
    name: 'the daemon, durably',
    pid: house.holder()?.pid ?? 0,
    ...listeners(`ws://${host}/trpc`, hello, '"snapshot":{'),
    // With the token: of a caller without one, the daemon looks at all that it has open, and here that is each listener.
    say: async (why) => {
      const { status } = await callers.script('/trpc/units.hold', { chunk: 'unit-7', why });
      if (status !== 200) throw new Error(`units.hold: ${status}`);
    },
  };
}

/** `ws` alone: what is posted goes to every socket. */
export const bareStation = (bytes: number): Promise<Station> =>
  forkedStation('bare ws broadcast', 'bare-broadcast.js', bytes, (url) => listeners(url));

/** tRPC as its documentation shows it: a generator for each listener. */
export const stockStation = (bytes: number): Promise<Station> =>
  forkedStation('stock tRPC subscription', 'stock-subscription.js', bytes, (url) =>
    listeners(url, subscription('news', {}), '"started"'),
  );

async function forkedStation(
  name: string,
  program: string,
  bytes: number,
  listen: (url: string) => Pick<Station, 'flock' | 'gather'>,
): Promise<Station> {
  const { port, pid } = await forkedServer(program);
  const where = { host: '127.0.0.1', port, method: 'POST', path: '/' };
  return {
    name,
    pid,
    ...listen(`ws://127.0.0.1:${port}/`),
    say: (mark) => send({ ...where, body: mark.padEnd(bytes, '.') }),
  };
}

function listeners(url: string, hello?: string, welcome?: string): Pick<Station, 'flock' | 'gather'> {
  const flock = new ManySockets();
  afterwards(() => flock.scatter());
  return { flock, gather: (viewers = VIEWERS) => flock.gather(viewers, url, hello, welcome) };
}
