/**
 * The real Codex, Gemini CLI and opencode in a terminal, with the hooks that `signalbox hooks install` writes: what they
 * ask comes into the queue; where the agent takes an answer from there, it goes on with it. Needs the npm registry, once
 * for each, and tmux.
 */
import assert from 'node:assert/strict';
import { appendFileSync, existsSync } from 'node:fs';
import { join } from 'node:path';
import { after, afterEach, before, describe, test } from 'node:test';
import type { ModelServer } from '../../client/scripted-models/model-server.ts';
import { scripted } from '../../client/scripted-models/script.ts';
import { SCRIPTED_AGENTS } from '../../client/scripted-models/scripted-agents.ts';
import { until } from '../until.ts';
import { ByHand, noTmux } from './by-hand.ts';
import { installed } from './installed.ts';

const LONG_MS = 180_000;

interface AtTerminal {
  readonly agent: string;
  readonly title: string;
  readonly package: readonly [name: string, version: string, program: string];
  readonly env?: Readonly<Record<string, string>>;
  readonly furnish?: (home: string) => void;
  readonly command: string;
  /** What it shows when it takes words. */
  readonly isReady: RegExp;
  /** What it asks at its start, the key that chooses to agree, and what is shown once it is chosen. */
  readonly asksFirst?: readonly [question: RegExp, key: string, chosen: RegExp];
  /** How its unit is called. */
  readonly name: RegExp;
}

const AGENTS = {
  codex: {
    agent: 'codex',
    title: 'Codex',
    package: ['@openai/codex', '0.171.0', 'codex'],
    furnish: (home) =>
      appendFileSync(join(home, '.codex', 'config.toml'), '[projects."/"]\ntrust_level = "trusted"\n'),
    command: 'codex -a on-request --sandbox workspace-write',
    isReady: /To get started/,
    asksFirst: [/Hooks need review/, '2', /› 2\. Trust all/],
    name: /^codex-[0-9a-f]{8}$/,
  },
  gemini: {
    agent: 'gemini',
    title: 'Gemini CLI',
    package: ['@google/gemini-cli', '0.61.0', 'gemini'],
    command: 'gemini',
    isReady: /Type your message/,
    name: /^gemini-[0-9a-f]{8}$/,
  },
  opencode: {
    agent: 'opencode',
    title: 'opencode',
    package: ['opencode-ai', '1.18.33', 'opencode'],
    env: { OPENCODE_CONFIG_CONTENT: '{"permission":{"bash":"ask","edit":"ask"}}' },
    command: 'opencode',
    isReady: /Ask anything/,
    name: /^opencode-[0-9a-z]{8}$/,
  },
} as const satisfies Readonly<Record<string, AtTerminal>>;

function atTerminal(given: AtTerminal, tests: (stage: Stage) => void): void {
  const place = installed(...given.package);
  const skip = noTmux || ('missing' in place ? `skipped: ${place.missing}` : false);
  if (skip) console.error(`The hooks of ${given.title} are not tried: ${skip}`);
  describe(`${given.title} ${given.package[1]}, started by a person`, { skip }, () =>
    tests(stageOf(given, 'bin' in place ? place.bin : '')),
  );
}

interface Stage {
  readonly hand: ByHand;
  readonly heard: (words: string) => Promise<void>;
  readonly run: (command: string) => object;
  open(options?: { daemon?: boolean }): Promise<void>;
  begin(): Promise<void>;
}

function stageOf(given: AtTerminal, bin: string): Stage {
  const known = SCRIPTED_AGENTS[given.agent];
  assert.ok(known);
  let model: ModelServer | undefined;
  let hand: ByHand | undefined;
  before(async () => {
    model = await known.model();
  });
  after(() => model?.close());
  afterEach(async () => {
    await hand?.close();
    hand = undefined;
  });
  const stage: Stage = {
    get hand() {
      return hand ?? assert.fail('It is not open.');
    },
    heard: (words) =>
      until(`"${words}"`, () => model?.requests.some((body) => body.includes(words)) === true, LONG_MS),
    run: known.run,
    open: async ({ daemon = true } = {}) => {
      const url = model?.url ?? '';
      hand = await ByHand.open({
        agent: given.agent,
        bin,
        env: { ...known.env(url), ...given.env },
        furnish: (home) => {
          known.furnish(home, url);
          given.furnish?.(home);
        },
        daemon,
      });
    },
    begin: async () => {
      const { asksFirst } = given;
      await stage.hand.begin(given.command, asksFirst?.[0] ?? given.isReady);
      if (!asksFirst) return;
      const [question, key, chosen] = asksFirst;
      await stage.hand.press(key, question, (screen) => chosen.test(screen));
      await stage.hand.press('Enter', question);
      await stage.hand.shows(given.isReady);
    },
  };
  return stage;
}

const gone = (hand: ByHand, name: string) =>
  until(`${name} to be there`, () => existsSync(hand.file(name)), LONG_MS);

for (const given of [AGENTS.codex, AGENTS.opencode])
  atTerminal(given, (stage) => {
    test('a permission is answered in the queue, and it goes on; the end of its turn is told', async () => {
      await stage.open();
      const { hand } = stage;
      await stage.begin();
      await hand.type(scripted(stage.run('touch allowed')));
      const card = await hand.asked();
      assert.match(card.chunk, given.name);
      assert.match(card.prompt, /^Allow [Bb]ash: touch allowed\?$/);
      assert.ok(!existsSync(hand.file('allowed')));
      await hand.answer(card, ['once']);
      await gone(hand, 'allowed');
      const idle = await hand.asked(card.id);
      assert.deepEqual(
        [idle.chunk, idle.prompt],
        [card.chunk, `${given.title} has ended its turn and waits for you.`],
      );
      const [item] = (await hand.detail(card.chunk)).items;
      assert.equal(item?.delivery, 'delivered');
      hand.tmux('kill-server');
      await hand.nothingIsAsked();
      await hand.house.untilStatus(card.chunk, 'DONE');
    });

    test('what is refused is not done, and the model reads the words', async () => {
      await stage.open();
      const { hand } = stage;
      await stage.begin();
      await hand.type(scripted(stage.run('touch refused')));
      await hand.answer(await hand.asked(), ['no'], 'rather-use-make');
      await stage.heard('rather-use-make');
      assert.ok(!existsSync(hand.file('refused')));
    });

    test('without a daemon it works as if there were no hooks', async () => {
      await stage.open({ daemon: false });
      const { hand } = stage;
      await stage.begin();
      await hand.type(scripted(stage.run('touch typed')));
      await hand.press('Enter', /Permission required|Would you like to run/);
      await gone(hand, 'typed');
      await hand.shows(/heard: /);
    });
  });

atTerminal(AGENTS.codex, (stage) => {
  test('what nobody answers in time is asked at its terminal', async () => {
    await stage.open();
    const { hand } = stage;
    await hand.ok('hooks', 'install', 'codex', '--yes', '--wait', '2');
    await stage.begin();
    await hand.type(scripted(stage.run('touch typed')));
    const card = await hand.asked();
    await hand.press('Enter', /Would you like to run/);
    await gone(hand, 'typed');
    await until('it to leave the queue', async () => {
      const [item] = (await hand.detail(card.chunk)).items;
      return item?.withdrawn_why === 'settled at its terminal';
    });
  });
});

atTerminal(AGENTS.opencode, (stage) => {
  const QUESTIONS = [
    {
      question: 'Which color?',
      header: 'Color',
      multiple: false,
      options: [
        { label: 'Red', description: 'as before' },
        { label: 'Blue', description: 'calmer' },
      ],
    },
  ];

  test('its question comes with the options, and the answer goes back; words wake it', async () => {
    await stage.open();
    const { hand } = stage;
    await stage.begin();
    await hand.type(scripted({ use: 'question', with: { questions: QUESTIONS } }));
    const card = await hand.asked();
    assert.deepEqual(
      [card.prompt, card.options.map(({ label, description }) => [label, description])],
      [
        'Which color?',
        [
          ['Red', 'as before'],
          ['Blue', 'calmer'],
        ],
      ],
    );
    await hand.answer(card, ['2']);
    await hand.shows(/heard: .*Blue/s);
    const idle = await hand.asked(card.id);
    await hand.answer(idle, [], `go on:\n${scripted(stage.run('touch woken'))}`);
    await hand.answer(await hand.asked(idle.id), ['once']);
    await gone(hand, 'woken');
  });

  test('what is answered at the terminal leaves the queue', async () => {
    await stage.open();
    const { hand } = stage;
    await stage.begin();
    await hand.type(scripted(stage.run('touch typed')));
    const card = await hand.asked();
    await hand.press('Enter', /Permission required/);
    await gone(hand, 'typed');
    await until('it to leave the queue', async () => {
      const [item] = (await hand.detail(card.chunk)).items;
      return item?.withdrawn_why === 'settled at its terminal';
    });
  });
});

atTerminal(AGENTS.gemini, (stage) => {
  test('what it asks is told with the command, and leaves the queue when its terminal has answered; the end of its turn is told', async () => {
    await stage.open();
    const { hand } = stage;
    await stage.begin();
    await hand.type(scripted(stage.run('touch typed')));
    const card = await hand.asked();
    assert.match(card.chunk, AGENTS.gemini.name);
    assert.match(card.prompt, /^Gemini CLI asks at its terminal: .*touch typed$/);
    assert.deepEqual(
      card.options.map(({ id }) => id),
      ['dismiss'],
    );
    await hand.press('Enter', /Allow once/);
    await gone(hand, 'typed');
    const idle = await hand.asked(card.id);
    assert.equal(idle.prompt, 'Gemini CLI has ended its turn and waits for you.');
    hand.tmux('kill-server');
    await hand.nothingIsAsked();
    await hand.house.untilStatus(card.chunk, 'DONE');
  });

  test('without a daemon it works as if there were no hooks', async () => {
    await stage.open({ daemon: false });
    const { hand } = stage;
    await stage.begin();
    await hand.type(scripted(stage.run('touch typed')));
    await hand.press('Enter', /Allow once/);
    await gone(hand, 'typed');
    await hand.shows(/heard: /);
  });
});
