/** Calls the daemon for a carrier, over the socket that was brought to this machine. */
import { request } from 'node:http';
import type { Beat, BeatAnswer, Claim, Claimed, End, EndAnswer } from '../../shared/carry-words.ts';

/** The daemon has answered that this run is not, or no longer, this carrier's. */
export class NotOurs extends Error {}

/** No answer of the daemon: it may have done what it was asked, or not. */
export class Unanswered extends Error {}

interface Procedures {
  readonly claim: (input: Claim) => Claimed;
  readonly beat: (input: Beat) => BeatAnswer;
  readonly end: (input: End) => EndAnswer;
}

const MOST_BYTES = 64 * 1024 * 1024;

export class DaemonCalls {
  readonly #socket: string;
  readonly #secret: string;
  readonly #deadline: number;

  /** `deadline`: milliseconds after which a call counts as unanswered. */
  constructor(socket: string, secret: string, deadline: number) {
    this.#socket = socket;
    this.#secret = secret;
    this.#deadline = deadline;
  }

  /** Rejects with `NotOurs` where the run is not this carrier's, else with `Unanswered`. */
  async call<Name extends keyof Procedures>(
    name: Name,
    input: Parameters<Procedures[Name]>[0],
  ): Promise<ReturnType<Procedures[Name]>> {
    const { status, body } = await this.#post(`/trpc/carry.${name}`, JSON.stringify(input));
    if (status === 200) return answerIn(body) as ReturnType<Procedures[Name]>;
    // 401: its run has ended, or was never known. 403 and 409: it is another carrier's.
    if ([401, 403, 409].includes(status)) throw new NotOurs(messageIn(body));
    throw new Unanswered(`${status} ${messageIn(body)}`);
  }

  #post(path: string, sent: string): Promise<{ status: number; body: string }> {
    return new Promise((resolve, reject) => {
      const fail = (error: Error) => reject(new Unanswered(error.message));
      const headers = {
        host: 'localhost',
        authorization: `Bearer ${this.#secret}`,
        'content-type': 'application/json',
        'content-length': Buffer.byteLength(sent),
      };
      // A connection for each call: the socket may be another one by the next, after a lost connection.
      const options = { socketPath: this.#socket, path, method: 'POST', headers, agent: false as const };
      const call = request(options, (answer) => {
        const parts: Buffer[] = [];
        let size = 0;
        answer.on('data', (part: Buffer) => {
          size += part.length;
          if (size > MOST_BYTES) call.destroy(new Error('the answer is too long'));
          parts.push(part);
        });
        answer.on('error', fail);
        answer.on('end', () => {
          clearTimeout(timer);
          resolve({ status: answer.statusCode ?? 500, body: Buffer.concat(parts).toString() });
        });
      });
      const timer = setTimeout(() => call.destroy(new Error('no answer in time')), this.#deadline);
      call.on('error', fail);
      call.on('close', () => clearTimeout(timer));
      call.end(sent);
    });
  }
}

function answerIn(body: string): unknown {
  try {
    return (JSON.parse(body) as { result: { data: unknown } }).result.data;
  } catch {
    throw new Unanswered('the answer cannot be read');
  }
}

function messageIn(body: string): string {
  try {
    return (JSON.parse(body) as { error: { message: string } }).error.message;
  } catch {
    return body.slice(0, 200);
  }
}
