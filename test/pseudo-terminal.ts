import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { type DaemonFixture, PROGRAM } from './daemon-fixture.ts';
import { until } from './until.ts';

/** `script` of util-linux gives a command a terminal. */
export const hasTerminals =
  process.platform === 'linux' && spawnSync('script', ['--version']).stdout?.includes('util-linux') === true;

const BETWEEN_KEYS_MS = 100;

/** The program at a terminal of its own. What the terminal was set to is printed before and afterwards. */
export class PseudoTerminal {
  readonly #child: ChildProcess;
  readonly finished: Promise<number | null>;
  #text = '';
  #read = 0;
  #typedAt = 0;

  constructor(house: DaemonFixture, ...args: string[]) {
    const program = [process.execPath, PROGRAM, ...args].map((word) => `'${word}'`).join(' ');
    const line = `echo "set $(stty -g) set"; ${program}; code=$?; echo "set $(stty -g) set"; exit $code`;
    this.#child = spawn('script', ['-qfec', line, '/dev/null'], { cwd: house.project, env: house.env });
    for (const output of [this.#child.stdout, this.#child.stderr])
      output?.on('data', (part: Buffer) => {
        this.#text += part.toString('utf8');
      });
    this.finished = once(this.#child, 'close').then(([code]) => code as number | null);
  }

  get text(): string {
    return this.#text;
  }

  /** Waits for this, behind what was waited for before, and gives what was printed up to it. */
  async shows(wanted: string): Promise<string> {
    const from = this.#read;
    await until(`"${wanted}" at the terminal, behind: ${JSON.stringify(this.#text.slice(0, from))}`, () =>
      this.#text.includes(wanted, from),
    );
    this.#read = this.#text.indexOf(wanted, from) + wanted.length;
    return this.#text.slice(from, this.#read);
  }

  /** Types at a person's pace: keys that follow others at once count as pasted, and are not taken. */
  type(keys: string): void {
    const now = Date.now();
    this.#typedAt = Math.max(now, this.#typedAt + BETWEEN_KEYS_MS);
    setTimeout(() => this.#child.stdin?.write(keys), this.#typedAt - now);
  }

  /** Whether the terminal is set as it was. */
  get isRestored(): boolean {
    const [before, after] = [...this.#text.matchAll(/set ([0-9a-f:]+) set/g)].map(([, set]) => set);
    return before !== undefined && before === after;
  }

  /** Hangs up, as when the window is closed. */
  async close(): Promise<void> {
    this.#child.kill('SIGKILL');
    await this.finished;
  }
}
