/** The tools of `signalbox mcp`, as agents are told of them, and the reading of what they are called with. */
import type { AskedQuestion } from './ask.ts';
import { isObject } from './json-rpc.ts';

const TEXT = { type: 'string' };
const QUESTION = {
  question: { ...TEXT, description: 'with what one must know to answer it' },
  options: {
    type: 'array',
    maxItems: 50,
    description: 'what there is to choose from; other words may be answered all the same',
    items: {
      type: 'object',
      properties: { label: TEXT, description: { ...TEXT, description: 'what choosing it means' } },
      required: ['label'],
    },
  },
  multiple: { type: 'boolean', description: 'more than one option may be chosen' },
  context: {
    type: 'array',
    maxItems: 20,
    description: 'what to show beside the question: a diff, a log, a plan',
    items: { type: 'object', properties: { label: TEXT, text: TEXT }, required: ['label', 'text'] },
  },
};

// Some agents want permission for a tool that does not say so.
const READS = { readOnlyHint: true, destructiveHint: false, openWorldHint: false };

export const TOOLS = [
  {
    name: 'ask_human',
    description:
      'Ask the person who runs this work, and wait for the answer, which may take hours. Ask what the code and the instructions cannot decide; not for confirmation of what you were told to do. Give one question, or several at once in "questions". If the result says that there is no answer yet, call again with the same words.',
    inputSchema: {
      type: 'object',
      properties: {
        ...QUESTION,
        questions: {
          type: 'array',
          minItems: 1,
          maxItems: 20,
          description: 'several questions, in place of "question": all are answered before this returns',
          items: { type: 'object', properties: QUESTION, required: ['question'] },
        },
      },
    },
    annotations: READS,
  },
  {
    name: 'notify',
    description:
      'Tell the person who runs this work something that needs no answer. It stands beside your work until the next such message.',
    inputSchema: {
      type: 'object',
      properties: { message: { ...TEXT, description: 'a sentence or two' } },
      required: ['message'],
    },
    annotations: READS,
  },
  {
    name: 'report',
    description:
      'Report how your work goes: "progress" with words or the phase it has come to; "finished" when all that you were asked for is done; "failed" when it cannot be done, with the reason.',
    inputSchema: {
      type: 'object',
      properties: {
        what: { type: 'string', enum: ['progress', 'finished', 'failed'] },
        words: { ...TEXT, description: 'what has been done, or what went wrong' },
        phase: { ...TEXT, description: 'progress: the phase that the work has come to' },
      },
      required: ['what'],
    },
    annotations: READS,
  },
  {
    name: 'my_unit',
    description:
      'Look up your work as the person sees it: its goal, its phase, what you have asked and what was answered.',
    inputSchema: { type: 'object', properties: {} },
    annotations: READS,
  },
  {
    name: 'approve',
    description: 'Asks the operator about a permission prompt of Claude Code.',
    inputSchema: {
      type: 'object',
      properties: { tool_name: TEXT, input: { type: 'object' }, tool_use_id: TEXT },
      required: ['tool_name', 'input'],
    },
  },
];

/** What a tool was called with cannot be used; the message names the field and what would be right. */
export class WrongInput extends Error {}

type Given = Readonly<Record<string, unknown>>;

export interface HumanQuestion {
  readonly asked: AskedQuestion;
  /** By the number of the option, from 1. */
  readonly labels: readonly string[];
}

const MOST = {
  questions: 20,
  options: 50,
  context: 20,
  prompt: 20_000,
  label: 200,
  words: 2000,
  text: 65_536,
};

/** The questions of a call of `ask_human`. Throws `WrongInput`. */
export function questionsIn(input: Given): readonly HumanQuestion[] {
  const { questions } = input;
  if (questions === undefined) return [questionIn(input, '')];
  if (input.question !== undefined)
    throw new WrongInput('questions: give either "question" or "questions", not both.');
  const all = listIn(questions, 'questions', MOST.questions);
  if (all.length === 0) throw new WrongInput('questions: ask at least one.');
  return all.map((each, nth) => questionIn(objectIn(each, `questions[${nth}]`), `questions[${nth}].`));
}

function questionIn(input: Given, at: string): HumanQuestion {
  const { options = [], multiple = false, context = [] } = input;
  const prompt = textIn(input.question, `${at}question`, MOST.prompt, 'say what you want to know');
  if (typeof multiple !== 'boolean') throw new WrongInput(`${at}multiple: true or false.`);
  const offered = listIn(options, `${at}options`, MOST.options).map((each, nth) =>
    optionIn(each, `${at}options[${nth}]`),
  );
  const shown = listIn(context, `${at}context`, MOST.context).map((each, nth) => {
    const place = `${at}context[${nth}]`;
    const { label, text } = objectIn(each, place);
    return {
      label: textIn(label, `${place}.label`, MOST.label, 'say what it is'),
      text: textIn(text, `${place}.text`, MOST.text, 'say what to show'),
    };
  });
  return {
    asked: {
      prompt,
      ...(shown.length > 0 && { context: shown }),
      options: offered.map((option, nth) => ({ ...option, id: String(nth + 1) })),
      multiple,
    },
    labels: offered.map(({ label }) => label),
  };
}

/** A word, or a label with what it means. */
function optionIn(option: unknown, at: string) {
  const { label, description = '' } = typeof option === 'string' ? { label: option } : objectIn(option, at);
  if (typeof description !== 'string' || description.length > MOST.words)
    throw new WrongInput(`${at}.description: a text of at most ${MOST.words} characters.`);
  return { label: textIn(label, `${at}.label`, MOST.label, 'each option needs a label'), description };
}

/** A text that says something. */
export function textIn(value: unknown, at: string, most: number, missing: string): string {
  if (value === undefined || (typeof value === 'string' && value.trim() === ''))
    throw new WrongInput(`${at}: ${missing}.`);
  if (typeof value !== 'string') throw new WrongInput(`${at}: a text, not ${kindOf(value)}.`);
  if (value.length > most) throw new WrongInput(`${at}: at most ${most} characters, not ${value.length}.`);
  return value;
}

function listIn(value: unknown, at: string, most: number): readonly unknown[] {
  if (!Array.isArray(value)) throw new WrongInput(`${at}: a list, not ${kindOf(value)}.`);
  if (value.length > most) throw new WrongInput(`${at}: at most ${most}, not ${value.length}.`);
  return value;
}

function objectIn(value: unknown, at: string): Given {
  if (!isObject(value)) throw new WrongInput(`${at}: an object, not ${kindOf(value)}.`);
  return value;
}

function kindOf(value: unknown): string {
  if (value === null || value === undefined) return 'nothing';
  if (Array.isArray(value)) return 'a list';
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`;
}
