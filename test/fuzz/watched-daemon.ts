/** A guarded daemon that is thrown anything at, and what must hold of it: it lives, says nothing unexpected, stays quick and small. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import type { TestContext } from 'node:test';
import { DaemonFixture } from '../daemon-fixture.ts';
import { Callers } from '../edge/callers.ts';
import { send } from '../edge/http-client.ts';
import { COUNT, SEED } from './how-many.ts';

/** How long the daemon may be at work before it answers, and how long an answer may take at all on a busy machine. */
const MOST_MS = 1000;
const MOST_WAITING_MS = 10_000;
const MOST_GROWTH_MIB = 64;
const LOOK_MS = 50;
/** By then everything has been used once, and the heap is as large as it needs to be. */
const WARM_UP = 0.15;

/** What would make many tries wait for a limit that is tried elsewhere. */
const WIDE = { messages_per_second: 1_000_000, slow_sign_in_ms: 1, slowed_sign_ins: 100_000 };

export class Watched {
  readonly house = DaemonFixture.make({}, { guarded: true });
  readonly callers = new Callers(this.house);
  readonly #statuses = new Map<number, number>();
  readonly #wrong: string[] = [];
  #timer: NodeJS.Timeout | null = null;
  #look: Promise<void> | null = null;
  /** The longest that a look took, and the longest that the daemon was at work during one. */
  #longest = 0;
  #slowest = 0;
  #began = 0;
  #tried = 0;
  #warm: number | null = null;
  #peak = 0;
  #pid = 0;

  async start(...flags: string[]): Promise<void> {
    await this.house.signalbox('status');
    for (const [name, value] of Object.entries(WIDE))
      await this.house.signalbox('limits', 'set', name, String(value));
    await this.house.start('--port', '0', '--max-agents', '0', ...flags);
    this.#pid = this.house.holder()!.pid;
    this.#began = performance.now();
    this.#timer = setInterval(() => {
      this.#look ??= this.#probe().finally(() => {
        this.#look = null;
      });
    }, LOOK_MS);
  }

  get port(): number {
    return this.callers.port;
  }

  /** An operator's token, which `signalbox token add` makes. */
  get token(): string {
    return this.callers.token;
  }

  /** The name under which browsers sign in, with the port. */
  async ownHost(): Promise<string> {
    const { address } = await this.callers.read<{ address: string }>('status');
    return new URL(address).host;
  }

  /** Counts what was tried. */
  tried(count: number): void {
    this.#tried += count;
    if (this.#warm === null && this.#tried >= COUNT * WARM_UP) this.#warm = this.#memory();
  }

  get left(): number {
    return COUNT - this.#tried;
  }

  /** Counts an answer; one that says the mistake is ours is kept, with what brought it about. */
  answered(status: number, about: () => string): void {
    this.#statuses.set(status, (this.#statuses.get(status) ?? 0) + 1);
    if (status >= 500 && status !== 503 && status !== 501 && status !== 505)
      this.wrong(`${status}: ${about()}`);
  }

  wrong(what: string): void {
    if (this.#wrong.length < 20) this.#wrong.push(what.slice(0, 600));
  }

  /** Says what it came to, and fails where something does not hold. */
  async verdict(t: TestContext): Promise<void> {
    if (this.#timer) clearInterval(this.#timer);
    await this.#look;
    const seconds = (performance.now() - this.#began) / 1000;
    const alive = this.#isAlive();
    const warm = this.#warm ?? 0;
    const end = alive ? this.#memory() : 0;
    const told = [...this.#statuses]
      .sort(([a], [b]) => a - b)
      .map(([status, times]) => `${status}: ${times}`);
    t.diagnostic(
      `seed ${SEED}: ${this.#tried} tried in ${seconds.toFixed(0)} s; slowest look ${this.#longest.toFixed(0)} ms (${this.#slowest.toFixed(0)} at work); ` +
        `memory ${warm.toFixed(0)} MiB warm, ${end.toFixed(0)} at the end, ${this.#peak.toFixed(0)} at most; ${told.join(', ')}`,
    );
    assert.ok(alive, `the daemon ended:\n${this.house.daemonOutput.slice(-4000)}`);
    assert.deepEqual(this.#wrong, [], `seed ${SEED}`);
    assert.deepEqual(unexpectedIn(this.house.daemonOutput), [], `seed ${SEED}`);
    assert.ok(
      this.#slowest <= MOST_MS,
      `the daemon was at work for ${this.#slowest.toFixed(0)} ms before it answered`,
    );
    assert.ok(this.#longest <= MOST_WAITING_MS, `an answer took ${this.#longest.toFixed(0)} ms`);
    assert.ok(end - warm <= MOST_GROWTH_MIB, `memory grew by ${(end - warm).toFixed(0)} MiB`);
  }

  async close(): Promise<void> {
    if (this.#timer) clearInterval(this.#timer);
    await this.#look;
    await this.house.close();
  }

  /**
   * A small question by the Unix socket, whatever else is under way. On a machine that has more to do, most of
   * the time that it takes is waiting for a processor or a disk; what the daemon itself needed is its own.
   */
  async #probe(): Promise<void> {
    const [began, worked] = [performance.now(), workOf(this.#pid)];
    const { status } = await send({ ...this.callers.socket, path: '/trpc/access.me' });
    this.#longest = Math.max(this.#longest, performance.now() - began);
    this.#slowest = Math.max(this.#slowest, workOf(this.#pid) - worked);
    if (status !== 200 && this.#isAlive()) this.wrong(`a look was answered with ${status}`);
    this.#peak = Math.max(this.#peak, this.#isAlive() ? this.#memory() : 0);
  }

  /** In MiB. */
  #memory(): number {
    const status = readFileSync(`/proc/${this.#pid}/status`, 'utf8');
    return Number(/^VmRSS:\s+(\d+)/m.exec(status)?.[1] ?? 0) / 1024;
  }

  #isAlive(): boolean {
    try {
      return !/^State:\s+Z/m.test(readFileSync(`/proc/${this.#pid}/status`, 'utf8'));
    } catch {
      return false;
    }
  }
}

/** For how many milliseconds the event loop of a process has been on a processor. */
function workOf(pid: number): number {
  try {
    return Number(readFileSync(`/proc/${pid}/schedstat`, 'utf8').split(' ')[0]) / 1e6;
  } catch {
    return 0;
  }
}

/** Lines that the log has only when something was not foreseen. */
const unexpectedIn = (output: string): string[] =>
  output
    .split('\n')
    .filter((line) => /^\d{4}-\d\d-\d\dT\S+ |^\s+at |unhandled|uncaught|Warning:|\[@trpc|FATAL/i.test(line))
    .slice(0, 12);
