/** One agent, tried: its run asks for a permission, asks a question, and asks by our tool; each is answered here. */
import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { boardOf, type Card, cardsOf } from '../../../shared/board.ts';
import type { ModelServer } from '../../scripted-models/model-server.ts';
import { scripted } from '../../scripted-models/script.ts';
import type { ScriptedAgent } from '../../scripted-models/scripted-agents.ts';
import type { Trial, TrialCode, TrialName } from './agent-report.ts';
import type { TemporaryDaemon } from './temporary-daemon.ts';

/** The first answer of a program that has never run on this machine may take so long. */
const PATIENCE_MS = 60_000;
const LOOK_MS = 50;
const QUESTION = 'Which color?';
const OPTIONS = [
  { label: 'Amber', description: 'warm' },
  { label: 'Teal', description: 'cool' },
];
/** In no text. */
const NOTHING = '\0';
const HUMAN = 'Does the answer arrive?';

interface Step {
  readonly what: TrialName;
  readonly call: object;
  readonly isFor: (card: Card) => boolean;
  readonly answer: { readonly options: readonly string[]; readonly text: string };
  /** Looked at when all is over. */
  readonly arrived: () => boolean;
  readonly missing: TrialCode;
}

/** What an agent is asked to do; what it has no tool for is not. */
function stepsFor(agent: ScriptedAgent, file: string, heard: ReadonlySet<string>): Step[] {
  const word = `yes-${randomBytes(6).toString('hex')}`;
  const hears = (wanted: string, not: string) => () =>
    [...heard].some((text) => text.includes(wanted) && !text.includes(not));
  const permission: Step = {
    what: 'permission',
    call: agent.run(`touch ${file}`),
    isFor: ({ kind, context }) => kind === 'decision' && context.some(({ text }) => text.includes(file)),
    answer: { options: ['once'], text: '' },
    arrived: () => existsSync(file),
    missing: 'no-effect',
  };
  const question: Step[] = agent.ask
    ? [
        {
          what: 'question',
          call: agent.ask([{ question: QUESTION, options: OPTIONS }]),
          isFor: ({ prompt, options }) =>
            prompt === QUESTION && options.some(({ label }) => label === 'Teal'),
          answer: { options: ['2'], text: '' },
          arrived: hears('Teal', 'Amber'),
          missing: 'not-heard',
        },
      ]
    : [];
  const human: Step[] =
    agent.askHuman === null
      ? []
      : [
          {
            what: 'ask_human',
            call: { use: agent.askHuman, with: { question: HUMAN } },
            isFor: ({ prompt }) => prompt === HUMAN,
            answer: { options: [], text: word },
            arrived: hears(word, NOTHING),
            missing: 'not-heard',
          },
        ];
  return [permission, ...question, ...human];
}

/** `chunk` and the agent's entry have the same name. Throws only where the daemon refuses, or `over` is aborted. */
export async function tryAgent(
  daemon: TemporaryDaemon,
  chunk: string,
  agent: ScriptedAgent,
  model: ModelServer,
  over: AbortSignal,
): Promise<Trial[]> {
  const steps = stepsFor(agent, join(daemon.folder, `${chunk}.allowed`), model.heard);
  const goal = scripted(...steps.map(({ call }) => call));
  await daemon.calls.units.add.mutate({ units: [{ chunk, agent: chunk, goal }] });
  const asked = new Map<Step, number>();
  const arrived = new Map<Step, number>();
  const look = () => {
    for (const step of asked.keys())
      if (!arrived.has(step) && step.arrived()) arrived.set(step, performance.now());
  };
  const { code, detail } = await carriedOut(daemon, chunk, over, look, (card) => {
    const step = steps.find((each) => !asked.has(each) && each.isFor(card));
    if (step) asked.set(step, performance.now());
    return step?.answer ?? null;
  });
  look();
  const judged = steps.map((step): Trial => {
    const [from, until] = [asked.get(step), arrived.get(step)];
    if (from === undefined) return failed(step.what, code === 'done' ? 'not-asked' : code, detail);
    if (until === undefined) return failed(step.what, code === 'done' ? step.missing : code, detail);
    return passed(step.what, until - from);
  });
  return [...judged, ...without(agent)];
}

const LIVE_WORD = 'cobalt';
const LIVE_GOAL = `This only tries whether you can reach the person who runs this work. Ask them, exactly once, by your tool ask_human (without it, by the shell command "signalbox ask '${HUMAN}'"): "${HUMAN}". Then say what they answered, and end. Do nothing else: read no files, change nothing.`;

/** One real turn, with the operator's own login. Nothing but our own question is allowed. */
export async function tryLive(daemon: TemporaryDaemon, chunk: string, over: AbortSignal): Promise<Trial> {
  const from = performance.now();
  await daemon.calls.units.add.mutate({ units: [{ chunk, agent: chunk, goal: LIVE_GOAL }] });
  let isAsked = false;
  const { code, detail } = await carriedOut(
    daemon,
    chunk,
    over,
    () => {},
    (card) => {
      if (card.kind === 'decision') return isOwnCommand(card) ? ALLOWED : null;
      isAsked = true;
      return { options: [], text: LIVE_WORD };
    },
  );
  if (code !== 'done') return failed('live turn', code, detail);
  const { items } = await daemon.calls.unit.query({ chunk });
  const isHeard = items.some(
    ({ answer, delivery }) => answer?.text === LIVE_WORD && delivery === 'delivered',
  );
  if (!isAsked) return failed('live turn', 'not-asked', '');
  return isHeard ? passed('live turn', performance.now() - from) : failed('live turn', 'not-heard', '');
}

const ALLOWED = { options: ['once'], text: '' };

const isOwnCommand = ({ context }: Card): boolean =>
  context.some(({ label, text }) => label === 'Command' && text === `signalbox ask '${HUMAN}'`);

const passed = (what: TrialName, ms: number): Trial => ({
  what,
  result: 'passed',
  code: 'arrived',
  ms: Math.round(ms),
  detail: '',
});

const failed = (what: TrialName, code: TrialCode, detail: string): Trial => ({
  what,
  result: 'failed',
  code,
  ms: null,
  detail,
});

export const notTried = (what: TrialName, code: TrialCode): Trial => ({
  what,
  result: 'not tried',
  code,
  ms: null,
  detail: '',
});

const without = ({ ask, askHuman }: ScriptedAgent): Trial[] => [
  ...(ask === null ? [notTried('question', 'no-tool')] : []),
  ...(askHuman === null ? [notTried('ask_human', 'no-tool')] : []),
];

interface Outcome {
  readonly code: 'done' | 'ended' | 'silent';
  readonly detail: string;
}

const DETAIL_LENGTH = 2000;

/** Answers what a unit asks, until it is done, stuck, or says nothing for a while. What nobody expects is refused. */
async function carriedOut(
  daemon: TemporaryDaemon,
  chunk: string,
  over: AbortSignal,
  look: () => void,
  answerTo: (card: Card) => Step['answer'] | null,
): Promise<Outcome> {
  let deadline = performance.now() + PATIENCE_MS;
  while (performance.now() < deadline) {
    over.throwIfAborted();
    look();
    if (!daemon.asked.isThere()) return { code: 'ended', detail: daemon.asked.said() };
    const { status } = await daemon.calls.unit.query({ chunk });
    if (status === 'DONE') return { code: 'done', detail: '' };
    const [card] = cardsOf(boardOf(await daemon.calls.board.now.query({ chunk })));
    if (card?.kind === 'stuck') return { code: 'ended', detail: wordsOf(card) };
    if (card) {
      const given = answerTo(card) ?? refusalOf(card);
      await daemon.calls.items.answer.mutate({
        chunk,
        item: card.id,
        version: card.version,
        ...given,
        options: [...given.options],
      });
      deadline = performance.now() + PATIENCE_MS;
    }
    await pause(LOOK_MS);
  }
  return { code: 'silent', detail: '' };
}

const refusalOf = ({ options }: Card): Step['answer'] => {
  const no = options.find(({ id }) => id === 'no')?.id;
  return no === undefined ? { options: [], text: 'Go on without it.' } : { options: [no], text: '' };
};

/** What a stuck run printed last. */
const wordsOf = ({ prompt, context }: Card): string =>
  [prompt, ...context.map(({ label, text }) => `${label}: ${text}`)].join(' ').slice(0, DETAIL_LENGTH);
