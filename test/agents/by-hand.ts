/** An agent that a person has started, with its hooks installed, a home of its own, and a scripted model. */
import assert from 'node:assert/strict';
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Card } from '../../shared/board.ts';
import type { Detail } from '../../shared/detail.ts';
import { DaemonFixture, killQuietly } from '../daemon-fixture.ts';
import { until } from '../until.ts';

const LONG_MS = 180_000;
const AGAIN_MS = 1000;

export const noTmux = spawnSync('tmux', ['-V']).status === 0 ? false : 'there is no tmux';

/** Nothing of the person who runs the tests. */
const THEIRS = [
  ...['CLAUDE_CONFIG_DIR', 'ANTHROPIC_AUTH_TOKEN', 'CLAUDE_CODE_OAUTH_TOKEN'],
  ...['CODEX_HOME', 'GEMINI_CLI_HOME', 'OPENCODE_CONFIG', 'XDG_DATA_HOME', 'XDG_CACHE_HOME'],
];

interface HandOptions {
  readonly agent: string;
  readonly bin: string;
  readonly env: Readonly<Record<string, string>>;
  /** Writes what a person has who uses the agent for the hundredth time. */
  readonly furnish: (home: string, project: string) => void;
  readonly daemon?: boolean;
}

export class ByHand {
  readonly house: DaemonFixture;
  readonly home: string;
  readonly #children: ChildProcess[] = [];

  private constructor(house: DaemonFixture) {
    this.house = house;
    this.home = join(house.folder, 'home');
  }

  static async open({ agent, bin, env, furnish, daemon = true }: HandOptions): Promise<ByHand> {
    const house = DaemonFixture.make(env);
    const hand = new ByHand(house);
    mkdirSync(hand.home);
    furnish(hand.home, house.project);
    Object.assign(house.env, {
      HOME: hand.home,
      PATH: `${bin}:${process.env.PATH}`,
      TERM: 'xterm-256color',
      XDG_CONFIG_HOME: join(hand.home, '.config'),
    });
    for (const name of THEIRS) delete house.env[name];
    await hand.ok('hooks', 'install', agent, '--yes');
    if (daemon) await house.start('--port', '0');
    return hand;
  }

  file = (name: string): string => join(this.house.project, name);

  async ok(...args: string[]): Promise<string> {
    const { code, stdout, stderr } = await this.house.signalbox(...args);
    assert.equal(code, 0, `${args.join(' ')}: ${stderr}`);
    return stdout;
  }

  /** A program of the person, which ends with the test. */
  spawn(program: string, args: readonly string[]): ChildProcess {
    const child = spawn(program, args, {
      cwd: this.house.project,
      env: this.house.env,
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    this.#children.push(child);
    return child;
  }

  /** In a terminal; `isReady`: what it shows once it takes words. */
  async begin(command: string, isReady: RegExp): Promise<void> {
    this.tmux('new-session', '-d', '-x', '150', '-y', '50', command);
    await this.shows(isReady);
  }

  tmux(...args: string[]): string {
    const words = ['-S', join(this.house.folder, 'tmux'), '-f', '/dev/null', ...args];
    const { project: cwd, env } = this.house;
    return spawnSync('tmux', words, { cwd, env, encoding: 'utf8' }).stdout;
  }

  screen = (): string => this.tmux('capture-pane', '-p');

  shows = (wanted: RegExp): Promise<void> =>
    until(`${wanted} at the terminal`, () => wanted.test(this.screen()), LONG_MS).catch((error: unknown) => {
      throw new Error(this.screen(), { cause: error });
    });

  /** Presses a key at a question until it is no longer asked: a program that has just drawn it may not read keys yet. */
  async press(
    key: string,
    question: RegExp,
    isOver = (screen: string) => !question.test(screen),
  ): Promise<void> {
    await this.shows(question);
    let pressedAt = 0;
    await until(`${key} to be read`, () => {
      if (isOver(this.screen())) return true;
      if (Date.now() - pressedAt < AGAIN_MS) return false;
      pressedAt = Date.now();
      this.tmux('send-keys', key);
      return false;
    });
  }

  /** Words, when they are seen to have arrived, and then the key that sends them. */
  async type(words: string): Promise<void> {
    this.tmux('send-keys', '-l', words);
    const end = words.replaceAll(/[^a-z]/gi, '').slice(-12);
    const there = () =>
      this.screen()
        .replaceAll(/[^a-z]/gi, '')
        .includes(end);
    await until('the words', there, LONG_MS);
    this.tmux('send-keys', 'Enter');
  }

  /** An answer that is on its way stands in the queue for a moment, too. */
  async asked(last = ''): Promise<Card> {
    let card: Card | undefined;
    const look = async () => {
      card = (await this.house.json<Card[]>('attention')).find(
        ({ id, state }) => id !== last && state === 'open',
      );
      return card !== undefined;
    };
    await until('it to ask', look, LONG_MS).catch((error: unknown) => {
      throw new Error(this.screen() ?? '', { cause: error });
    });
    assert.ok(card);
    return card;
  }

  /** As a browser or a script does it. */
  async answer({ chunk, id, version }: Card, options: readonly string[], text = ''): Promise<void> {
    const { address } = this.house;
    const response = await fetch(`${address}work-units/${chunk}/answer`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', origin: new URL(address).origin },
      body: JSON.stringify({ item: id, version, options, text }),
    });
    assert.equal(response.status, 200, await response.text());
  }

  nothingIsAsked = (): Promise<void> =>
    until(
      'the queue to be empty',
      async () => (await this.house.json<Card[]>('attention')).length === 0,
      LONG_MS,
    );

  detail = (chunk: string): Promise<Detail> => this.house.json<Detail>('show', chunk);

  /** Every process that was given the home of this test: the agent, and its hooks. */
  sessions = (): number[] =>
    this.house
      .processesWith(`HOME=${this.home}`)
      .filter((pid) => pid !== this.house.holder()?.pid && pid !== process.pid);

  /** Kills the agent, not its hooks. */
  kill(program: string): void {
    for (const pid of this.sessions()) if (nameOf(pid) === program) killQuietly(pid);
  }

  async close(): Promise<void> {
    for (const child of this.#children) {
      child.kill('SIGKILL');
      if (child.exitCode === null && child.signalCode === null) await once(child, 'close');
    }
    for (const pid of this.sessions()) killQuietly(pid);
    await until('the sessions to end', () => this.sessions().length === 0);
    await this.house.close();
  }
}

function nameOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/comm`, 'utf8').trim();
  } catch {
    return '';
  }
}
