/** Who calls at a house, each as they do it: a page, a script with the token, the terminal, a stranger. */
import { execFileSync } from 'node:child_process';
import { type DaemonFixture, PROGRAM } from '../daemon-fixture.ts';
import { type Answer, type Asking, send } from './http-client.ts';

const JSON_TYPE = { 'content-type': 'application/json' } as const;
const FORM_TYPE = { 'content-type': 'application/x-www-form-urlencoded' } as const;

export class Callers {
  readonly #house: DaemonFixture;
  #token: string | undefined;

  constructor(house: DaemonFixture) {
    this.#house = house;
  }

  get origin(): string {
    return new URL(this.#house.address).origin;
  }

  get port(): number {
    return Number(new URL(this.#house.address).port);
  }

  /** An operator's token, made when it is first wanted. */
  get token(): string {
    const { project, env } = this.#house;
    this.#token ??= execFileSync(process.execPath, [PROGRAM, 'token', 'add'], { cwd: project, env })
      .toString()
      .trim();
    return this.#token;
  }

  get socket(): { socketPath: string } {
    return { socketPath: this.#house.paths.socket };
  }

  /** Anybody, over TCP. */
  anyone(asking: Asking): Promise<Answer> {
    return send({ host: '127.0.0.1', port: this.port, ...asking });
  }

  /** A script with the token. */
  script(path: string, input: unknown): Promise<Answer> {
    const headers = { ...JSON_TYPE, authorization: `Bearer ${this.token}` };
    return this.anyone({ method: 'POST', path, headers, body: JSON.stringify(input) });
  }

  /** Our own page, sending a form. `headers` say more, or otherwise. */
  form(path: string, fields: string | Record<string, string>, headers = {}): Promise<Answer> {
    const body = typeof fields === 'string' ? fields : new URLSearchParams(fields).toString();
    return this.anyone({
      method: 'POST',
      path,
      headers: { ...FORM_TYPE, origin: this.origin, ...headers },
      body,
    });
  }

  /** The terminal, over the Unix socket, calling a procedure that changes something. */
  terminal(procedure: string, input: unknown): Promise<Answer> {
    const body = JSON.stringify(input);
    return send({ ...this.socket, method: 'POST', path: `/trpc/${procedure}`, headers: JSON_TYPE, body });
  }

  /** The same; throws unless it succeeds. */
  async must(procedure: string, input: unknown): Promise<unknown> {
    return dataOf(await this.terminal(procedure, input), procedure);
  }

  /** A procedure that reads. */
  async read<T>(procedure: string, input: unknown = {}): Promise<T> {
    const path = `/trpc/${procedure}?input=${encodeURIComponent(JSON.stringify(input))}`;
    return dataOf(await send({ ...this.socket, path }), procedure) as T;
  }

  /** The number of the last event: the same before and after means that nothing happened. */
  async seq(): Promise<number> {
    return (await this.read<{ seq: number }>('status')).seq;
  }
}

function dataOf({ status, body }: Answer, procedure: string): unknown {
  if (status !== 200) throw new Error(`${procedure}: ${status} ${body}`);
  return (JSON.parse(body) as { result: { data: unknown } }).result.data;
}
