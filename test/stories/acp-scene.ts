/** A daemon with an agent that speaks the Agent Client Protocol, played by a stand-in. */
import assert from 'node:assert/strict';
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Card } from '../../shared/board.ts';
import type { Detail } from '../../shared/detail.ts';
import { DaemonFixture } from '../daemon-fixture.ts';
import { until } from '../until.ts';

const STAND_INS = join(import.meta.dirname, '..', '..', '..', 'test', 'stand-ins');
const LONG_MS = 60_000;

export type Like = 'claude' | 'codex' | 'gemini' | 'opencode' | 'qwen' | 'copilot';
const PROGRAMS: Readonly<Record<Like, string>> = {
  claude: 'claude-agent-acp',
  codex: 'codex-acp',
  gemini: 'gemini',
  opencode: 'opencode',
  qwen: 'qwen',
  copilot: 'copilot',
};

export class AcpScene {
  readonly house: DaemonFixture;
  readonly #like: Like;

  private constructor(like: Like) {
    this.house = DaemonFixture.make();
    this.#like = like;
  }

  /** `entry` is added to the agent's entry, which is no more than its driver and one phase. */
  static async open(like: Like, entry: object = {}, env: NodeJS.ProcessEnv = {}): Promise<AcpScene> {
    const scene = new AcpScene(like);
    const { house } = scene;
    const [home, bin] = ['home', 'bin'].map((name) => join(house.folder, name)) as [string, string];
    for (const folder of [home, bin]) mkdirSync(folder);
    // Under the name of the real program, so that nothing but its name says which it is.
    const program = join(bin, PROGRAMS[like]);
    const node = JSON.stringify(process.execPath);
    writeFileSync(
      program,
      `#!/bin/sh\nexec ${node} ${JSON.stringify(join(STAND_INS, 'acp-agent.mjs'))} ${like}\n`,
    );
    chmodSync(program, 0o755);
    Object.assign(house.env, { HOME: home, PATH: `${bin}:${process.env.PATH}` }, env);
    const agents = { [like]: { driver: 'acp', phases: ['DO'], env: Object.keys(env), ...entry } };
    writeFileSync(scene.file('signalbox.json'), JSON.stringify({ agents }));
    await scene.ok('trust', '--yes');
    await house.start('--port', '0');
    return scene;
  }

  file = (name: string): string => join(this.house.project, name);

  async ok(...args: string[]): Promise<string> {
    const { code, stdout, stderr } = await this.house.signalbox(...args);
    assert.equal(code, 0, `${args.join(' ')}: ${stderr}`);
    return stdout;
  }

  /** What the agent is to do, a line each. */
  add = (chunk: string, ...lines: string[]): Promise<string> =>
    this.ok('add', chunk, '--agent', this.#like, '--goal', lines.map((line) => `do: ${line}`).join('\n'));

  detail = (chunk: string): Promise<Detail> => this.house.json<Detail>('show', chunk);

  async cards(chunk: string, count: number): Promise<readonly Card[]> {
    let cards: readonly Card[] = [];
    const look = async () => {
      cards = (await this.house.json<Card[]>('attention')).filter((each) => each.chunk === chunk);
      return cards.length >= count;
    };
    await until(`${chunk} to ask`, look, LONG_MS).catch(async (error: unknown) => {
      throw new Error(`${chunk}: ${await this.logs(chunk)}`, { cause: error });
    });
    return cards;
  }

  /** The card that it waits for, another one than the last. */
  async asked(chunk: string, last = ''): Promise<Card> {
    let card: Card | undefined;
    const look = async () => {
      card = (await this.cards(chunk, 1)).find(({ id }) => id !== last);
      return card !== undefined;
    };
    await until(`${chunk} to ask something else`, look, LONG_MS);
    assert.ok(card);
    return card;
  }

  answer = (chunk: string, { id }: Card, ...words: string[]): Promise<string> =>
    this.ok('answer', chunk, '--item', id, ...words);

  logs = async (chunk: string): Promise<string> => (await this.house.signalbox('logs', chunk)).stdout;

  /** Waits until it is done; what it printed. */
  async done(chunk: string): Promise<string> {
    await this.house.untilStatus(chunk, 'DONE').catch(async (error: unknown) => {
      throw new Error(`${chunk}: ${await this.logs(chunk)}`, { cause: error });
    });
    return this.logs(chunk);
  }

  raw = (run = 1): string => readFileSync(join(this.house.paths.runs, `0-${run}`, 'acp.jsonl'), 'utf8');

  /** Those whose command line holds these words. */
  processes = (words: RegExp): number[] =>
    this.house.processes().filter((pid) => words.test(commandLine(pid)));
}

export const shown = ({ context }: Card): Record<string, string> =>
  Object.fromEntries(context.map(({ label, text }) => [label, text]));

export const idsOf = ({ options }: Card): string[] => options.map(({ id }) => id);

function commandLine(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
  } catch {
    return '';
  }
}
