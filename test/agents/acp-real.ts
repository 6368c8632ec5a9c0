/** A daemon with a real agent and a scripted model. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { scripted } from '../../client/scripted-models/script.ts';
import type { Card } from '../../shared/board.ts';
import type { Detail } from '../../shared/detail.ts';
import { DaemonFixture } from '../daemon-fixture.ts';
import { until } from '../until.ts';
import type { RealAgent } from './acp-agents.ts';

const LONG_MS = 180_000;

export interface RealOptions {
  /** The project is a git repository. */
  readonly git?: boolean;
  /** How many units may be at work at once. */
  readonly atOnce?: number;
  readonly phases?: readonly string[];
  /** Of its session; else the one in which it asks. */
  readonly mode?: string;
  /** The agent's own settings refuse "rm". */
  readonly denies?: boolean;
}

export class AcpReal {
  readonly house: DaemonFixture;
  /** The units, in the order in which they were added. */
  readonly added: string[] = [];
  readonly #name: string;

  private constructor(house: DaemonFixture, name: string) {
    this.house = house;
    this.#name = name;
  }

  /** Nothing of the person who runs the tests: a home of its own, and a model on this machine. */
  static async open(
    agent: RealAgent,
    bin: string,
    url: string,
    { git = false, atOnce = 4, phases = ['DO'], denies = false, mode }: RealOptions = {},
  ): Promise<AcpReal> {
    const rules = denies ? agent.rules : null;
    const variables = { ...agent.env(url), ...rules?.env };
    const house = DaemonFixture.make(variables);
    const home = join(house.folder, 'home');
    mkdirSync(home);
    agent.furnish(home, url);
    rules?.furnish?.(home);
    Object.assign(house.env, { HOME: home, PATH: `${bin}:${process.env.PATH}` });
    for (const name of [
      'CLAUDE_CONFIG_DIR',
      'CODEX_HOME',
      'XDG_DATA_HOME',
      'XDG_CACHE_HOME',
      'OPENCODE_CONFIG',
    ])
      delete house.env[name];
    const entry = { ...agent.entry(Object.keys(variables)), ...rules?.entry, phases, ...(mode && { mode }) };
    const real = new AcpReal(house, agent.name);
    mkdirSync(real.effect(''));
    // The command is within the project, and so some take "always"; what it writes is not.
    writeFileSync(real.file('bump'), `#!/bin/sh\necho once >> "${real.effect('$1')}"\n`, { mode: 0o755 });
    writeFileSync(real.file('signalbox.json'), JSON.stringify({ agents: { [agent.name]: entry } }));
    if (git) makeRepository(house);
    await real.ok('trust', '--yes');
    await house.start('--port', '0', '--max-agents', String(atOnce));
    return real;
  }

  file = (name: string): string => join(this.house.project, name);

  /** A file outside of the project. */
  effect = (name: string): string => join(this.house.folder, 'effects', name);

  async ok(...args: string[]): Promise<string> {
    const { code, stdout, stderr } = await this.house.signalbox(...args);
    assert.equal(code, 0, `${args.join(' ')}: ${stderr}`);
    return stdout;
  }

  async add(chunk: string, ...script: readonly object[]): Promise<void> {
    await this.addWith(chunk, [], ...script);
  }

  async addWith(chunk: string, flags: readonly string[], ...script: readonly object[]): Promise<void> {
    await this.ok('add', chunk, '--agent', this.#name, '--goal', scripted(...script), ...flags);
    this.added.push(chunk);
    // Codex makes a database in a home that is new, and a second one that starts meanwhile fails.
    if (this.added.length === 1) await this.begun(chunk);
  }

  /** Waits until its agent has a session, or asks what nobody expects. */
  begun = (chunk: string): Promise<void> =>
    until(
      `${chunk} to begin`,
      async () => {
        const { history, items } = await this.detail(chunk);
        return items.length > 0 || history.some(({ what }) => /has the session/.test(what));
      },
      LONG_MS,
    );

  detail = (chunk: string): Promise<Detail> => this.#json<Detail>(`work-units/${chunk}`);

  async attention(): Promise<Card[]> {
    const { items } = await this.#json<{ items: (Card & { item: string })[] }>('attention');
    return items.map((each) => ({ ...each, id: each.item }));
  }

  /** Asks the daemon itself: what is looked at again and again is no process each time. */
  async #json<T>(path: string): Promise<T> {
    const headers = { accept: 'application/json' };
    const response = await fetch(`${this.house.address}${path}`, { headers });
    if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
    return (await response.json()) as T;
  }

  async cards(chunk: string, last = ''): Promise<readonly Card[]> {
    let cards: readonly Card[] = [];
    const look = async () => {
      const all = await this.attention();
      cards = all.filter((card) => card.chunk === chunk && card.id !== last);
      return cards.length > 0;
    };
    await until(`${chunk} to ask`, look, LONG_MS).catch(async (error: unknown) => {
      throw new Error(`${chunk}: ${await this.logs(chunk)}`, { cause: error });
    });
    return cards;
  }

  /** So many cards at once, when as many rounds before are over. */
  async cardsAgain(chunk: string, count: number, rounds: number): Promise<readonly Card[]> {
    let cards: readonly Card[] = [];
    const look = async () => {
      const { items } = await this.detail(chunk);
      cards = (await this.attention()).filter((card) => card.chunk === chunk);
      return cards.length >= count && items.length - cards.length >= rounds * count;
    };
    await until(`${chunk} to ask ${count}`, look, LONG_MS).catch(async (error: unknown) => {
      throw new Error(`${chunk}: ${await this.logs(chunk)}`, { cause: error });
    });
    return cards;
  }

  /** The card that it waits for, another one than the last. */
  async asked(chunk: string, last = ''): Promise<Card> {
    const [card] = await this.cards(chunk, last);
    assert.ok(card);
    return card;
  }

  /** What it asks next; null: it is done without. */
  async next(chunk: string): Promise<Card | null> {
    let card: Card | undefined;
    const look = async () => {
      card = (await this.attention()).find((each) => each.chunk === chunk);
      return card !== undefined || (await this.house.statusOf(chunk)) === 'DONE';
    };
    await until(`${chunk} to ask or to be done`, look, LONG_MS);
    return card ?? null;
  }

  answer = (chunk: string, { id }: Card, ...words: string[]): Promise<string> =>
    this.ok('answer', chunk, '--item', id, ...words);

  logs = async (chunk: string): Promise<string> => (await this.house.signalbox('logs', chunk)).stdout;

  async done(chunk: string): Promise<string> {
    await until(
      `${chunk} to be done`,
      async () => (await this.house.statusOf(chunk)) === 'DONE',
      LONG_MS,
    ).catch(async (error: unknown) => {
      throw new Error(`${chunk}: ${await this.logs(chunk)}`, { cause: error });
    });
    return this.logs(chunk);
  }

  /** Those of the run that are not ours. */
  programs(program: string): number[] {
    return this.processes(/./).filter((pid) => {
      const line = commandLine(pid);
      return line.includes(program) && !line.includes('signalbox.js') && !line.includes('signalbox-run');
    });
  }

  /** Those of the runs whose command line looks like this. */
  processes = (line: RegExp): number[] =>
    this.house.processes().filter((pid) => line.test(commandLine(pid).trimEnd()));
}

function makeRepository({ project, env }: DaemonFixture): void {
  const git = (...args: string[]) => execFileSync('git', args, { cwd: project, env, stdio: 'ignore' });
  git('init', '-q', '-b', 'main');
  git('add', '-A');
  git('-c', 'user.name=Olga', '-c', 'user.email=olga@example.org', 'commit', '-qm', 'begin');
}

function commandLine(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
  } catch {
    return '';
  }
}
