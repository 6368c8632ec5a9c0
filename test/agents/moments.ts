/** The moments at which an agent waits for the operator: what its model does, what is answered, and what must come of it. */
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { scripted } from '../../client/scripted-models/script.ts';
import type { Card } from '../../shared/board.ts';
import type { RealAgent } from './acp-agents.ts';
import type { AcpReal } from './acp-real.ts';
import type { Act } from './cells.ts';

export interface Given {
  readonly option?: readonly string[];
  readonly words?: string;
}

export interface Moment {
  /** Also the name of its unit. */
  readonly name: Act;
  readonly script: (effect: string) => readonly object[];
  /** What is answered, by the prompts of the cards that wait together; one after the other, where it asks again. */
  readonly rounds: readonly Readonly<Record<string, Given>>[];
  /** Which of the words must reach the model, as the result of a tool or in a prompt. */
  readonly heard: readonly string[];
  /** How often the command has been carried out in the end. */
  readonly effects: number;
}

const COLOR = {
  question: 'Which color?',
  options: [
    { label: 'Red', description: 'as before' },
    { label: 'Blue', description: 'calmer' },
  ],
};
const PAGES = {
  question: 'Which pages?',
  options: [
    { label: 'All', description: 'every one' },
    { label: 'Home', description: 'the first' },
  ],
  multiple: true,
};
const NAME = { ...PAGES, question: 'Which name?', multiple: false };

const APPROVED = { 'Carry out this plan?': { option: ['approve', 'once'] } };

/**
 * Those that an agent can come to. `failed`: of those with several calls, how many more there are at the beginning, which
 * fail because our program dies meanwhile.
 */
export function momentsOf(agent: RealAgent, failed = 0): Moment[] {
  const appended = (effect: string) => agent.run(`echo once >> ${effect}`);
  const bumped = agent.run('./bump always');
  const { ask, askHuman, plan } = agent;
  const all: (Moment | null)[] = [
    {
      name: 'allowed',
      script: (effect) => [appended(effect)],
      rounds: [{ '': { option: ['once'] } }],
      heard: [],
      effects: 1,
    },
    {
      name: 'denied',
      script: (effect) => [appended(effect)],
      rounds: [{ '': { option: ['no'], words: 'rather-write-nothing' } }],
      heard: ['rather-write-nothing'],
      effects: 0,
    },
    {
      name: 'always',
      script: () => Array.from({ length: 2 + failed }, () => bumped),
      rounds: [{ '': { option: ['always', 'always-2'] } }],
      heard: [],
      effects: 2,
    },
    ask && {
      name: 'question',
      script: () => [ask([COLOR])],
      rounds: [{ 'Which color?': { option: ['2'], words: 'a-dark-one' } }],
      heard: ['Blue', 'a-dark-one'],
      effects: 0,
    },
    ask && {
      name: 'several',
      script: () => [ask([COLOR, PAGES, NAME])],
      rounds: [
        {
          'Which color?': { option: ['1'] },
          'Which pages?': { option: ['1', '2'] },
          'Which name?': { words: 'my-own-name' },
        },
      ],
      heard: ['my-own-name'],
      effects: 0,
    },
    ask && {
      name: 'words',
      script: () => [ask([NAME])],
      rounds: [{ 'Which name?': { words: 'my-own-words' } }],
      heard: ['my-own-words'],
      effects: 0,
    },
    plan && {
      name: 'plan',
      script: () => plan('# The plan\n\nOne, two.', 1),
      rounds: [APPROVED],
      heard: [],
      effects: 0,
    },
    plan && {
      name: 'sent-back',
      script: () => plan('# The plan\n\nThree, four.', 2 + failed),
      rounds: [{ 'Carry out this plan?': { words: 'and-five' } }, APPROVED],
      heard: ['and-five'],
      effects: 0,
    },
    askHuman === null
      ? null
      : {
          name: 'human',
          script: () => [
            {
              use: askHuman,
              with: { questions: [{ question: 'Which port?' }, { question: 'Which host?' }] },
            },
          ],
          rounds: [{ 'Which port?': { words: 'port-8080' }, 'Which host?': { words: 'host-here' } }],
          heard: ['port-8080', 'host-here'],
          effects: 0,
        },
  ];
  return all.filter((each) => each !== null);
}

export async function begin(real: AcpReal, moments: readonly Moment[]): Promise<void> {
  for (const { name, script } of moments) await real.add(name, ...script(real.effect(name)));
}

/** The cards of one round, when all of them are there. */
export async function cardsOf(
  real: AcpReal,
  { name, rounds }: Moment,
  nth: number,
): Promise<readonly Card[]> {
  const wanted = Object.keys(rounds[nth] ?? {}).length;
  return real.cardsAgain(name, wanted, nth);
}

/** Answers one round. `again`: what its model is to do in the next run, where this one has ended. */
export async function answerRound(real: AcpReal, moment: Moment, nth: number, again: readonly object[] = []) {
  const round = moment.rounds[nth] ?? {};
  for (const [at, card] of (await cardsOf(real, moment, nth)).entries()) {
    const given = round[card.prompt] ?? round[''];
    assert.ok(given, `${moment.name}: nobody expects ${card.prompt}`);
    const option = given.option?.filter((id) => card.options.some((each) => each.id === id)) ?? [];
    const chosen = card.multiple ? option : option.slice(0, 1);
    assert.ok(chosen.length > 0 || given.words, `${moment.name}: ${JSON.stringify(card)}`);
    const script = again.length > 0 && at === 0 ? [`as follows\n${scripted(...again)}`] : [];
    const words = card.allows_text ? [given.words ?? '', ...script].filter((text) => text !== '') : [];
    const flags = chosen.flatMap((id) => ['--option', id]);
    await real.answer(moment.name, card, ...flags, ...(words.length > 0 ? [words.join(' ')] : []));
  }
}

/** What must hold in the end, whoever died in between. */
export async function check(real: AcpReal, moment: Moment, requests: readonly string[]): Promise<void> {
  const { name, heard, effects, rounds } = moment;
  const { items: all, runs, status } = await real.detail(name);
  // A review is answered to the daemon, not to a run.
  const items = all.filter(({ kind }) => kind !== 'review');
  assert.equal(status, 'DONE', name);
  const asked = rounds.flatMap((round) => Object.keys(round)).length;
  assert.equal(items.length, asked, `${name}: asked ${items.map(({ prompt }) => prompt).join('; ')}`);
  for (const { answer, delivered_to, prompt } of items) {
    assert.ok(answer, `${name}: ${prompt} was never answered`);
    assert.equal(delivered_to, runs.length, `${name}: ${prompt} was delivered to another run than the last`);
  }
  const effect = real.effect(name);
  const lines = existsSync(effect) ? readFileSync(effect, 'utf8').trim().split('\n').length : 0;
  assert.equal(lines, effects, `${name}: carried out`);
  for (const words of heard)
    assert.ok(
      requests.some((body) => body.includes(words)),
      `${name}: ${words}`,
    );
}
