/**
 * What Claude Code asks its permission tool, as questions for the operator, and their replies as the decision that
 * it reads. It sends its own questions and plans the same way.
 */
import { ALLOW_UNIT } from '../../shared/policy-words.ts';
import type { AskedQuestion, Reply } from './ask.ts';
import { callFacts } from './call-facts.ts';
import { isObject } from './json-rpc.ts';
import { cut, shownOf, subjectOf } from './tool-call.ts';

export interface ToolCall {
  readonly tool: string;
  readonly input: Readonly<Record<string, unknown>>;
  /** The folder in which the agent works. */
  readonly folder: string;
  /** What the agent is called, where it is no run of ours. */
  readonly agent?: string;
}

export type PermissionDecision =
  | {
      readonly behavior: 'allow';
      readonly updatedInput: Readonly<Record<string, unknown>>;
      readonly updatedPermissions?: readonly unknown[];
    }
  | { readonly behavior: 'deny'; readonly message: string };

export interface Permission {
  readonly questions: readonly AskedQuestion[];
  decide(replies: readonly Reply[]): PermissionDecision;
}

/** Throws an error with a sentence where the call cannot be put to a person. */
export function permissionFor(call: ToolCall): Permission {
  if (call.tool === 'AskUserQuestion') return questionsOf(call);
  if (call.tool === 'ExitPlanMode') return planOf(call);
  return useOf(call);
}

export const REFUSED_BY_RULE =
  'A rule of the operator refuses this, always. Go on without it, or say why that is not possible.';
const REFUSED = 'The operator refused this. Go on without it, or say why that is not possible.';

/** Words without an option refuse: an agent that is told something else first must not go on with this. */
function refusal({ options, text, isByRule }: Reply, silent: string): PermissionDecision | null {
  if (options.some((id) => ALLOWS.includes(id))) return null;
  return { behavior: 'deny', message: text || (isByRule ? REFUSED_BY_RULE : silent) };
}

const ALLOWS = ['once', ALLOW_UNIT, 'always', 'approve'];

function useOf(call: ToolCall): Permission {
  const { tool, input, folder } = call;
  const subject = subjectOf(input);
  const rule = ruleFor(call);
  const always = {
    id: 'always',
    label: 'Always allow',
    description: `${rule && ruleWords(rule)} is not asked again in this run.`,
  };
  const question: AskedQuestion = {
    prompt: subject === '' ? `Allow ${tool}?` : `Allow ${tool}: ${subject}?`,
    context: [...shownOf(tool, input), { label: 'Folder', text: folder }],
    options: [
      {
        id: 'once',
        label: 'Allow once',
        description: 'Text that you add stays here; the agent does not get it.',
      },
      ...(rule ? [always] : []),
      {
        id: 'no',
        label: 'Refuse',
        description: 'The agent is told, with the text that you add, and goes on.',
      },
    ],
    kind: 'decision',
    permission: {
      agent: call.agent ?? '',
      ...callFacts({ tool, kind: '', input, paths: [], folder, isCut: false }),
      allow: 'once',
      deny: 'no',
    },
  };
  return {
    questions: [question],
    decide: ([reply = NO_REPLY]) => {
      const refused = refusal(reply, REFUSED);
      if (refused) return refused;
      const isKept = reply.options.includes('always') && rule;
      return { behavior: 'allow', updatedInput: input, ...(isKept && { updatedPermissions: [kept(rule)] }) };
    },
  };
}

const NO_REPLY: Reply = { item: '', options: [], text: '' };

interface Rule {
  readonly toolName: string;
  readonly ruleContent?: string;
}

const kept = (rule: Rule) => ({
  type: 'addRules',
  rules: [rule],
  behavior: 'allow',
  destination: 'session',
});

const ruleWords = ({ toolName, ruleContent }: Rule): string =>
  ruleContent === undefined ? `Every use of ${toolName}` : `${toolName}(${ruleContent})`;

const RULE_LENGTH = 500;

/** What "always" allows: this very command, file or host. null: nothing that is as narrow can be said. */
function ruleFor({ tool, input }: ToolCall): Rule | null {
  const { command, file_path, url } = input;
  // In a rule `*` stands for anything, so a command that holds one would allow more than was shown.
  const isExact = (text: unknown, special: RegExp): text is string =>
    typeof text === 'string' && text.length <= RULE_LENGTH && !special.test(text);
  if (tool === 'Bash')
    return isExact(command, /[*\\\p{Cc}]/u) ? { toolName: 'Bash', ruleContent: command } : null;
  if (['Edit', 'MultiEdit', 'Write'].includes(tool))
    return isExact(file_path, /^[^/]|[*?[\]{}!\\\p{Cc}]/u)
      ? { toolName: 'Edit', ruleContent: `/${file_path}` }
      : null;
  if (tool === 'WebFetch')
    return isExact(url, /\*/) && URL.canParse(url)
      ? { toolName: tool, ruleContent: `domain:${new URL(url).hostname}` }
      : null;
  return tool.startsWith('mcp__') || tool === 'WebSearch' ? { toolName: tool } : null;
}

function planOf({ input, folder }: ToolCall): Permission {
  const { plan } = input;
  if (typeof plan !== 'string' || plan.trim() === '') throw new Error('This plan has no words.');
  const question: AskedQuestion = {
    prompt: 'Carry out this plan?',
    context: [
      { label: 'Plan', text: cut(plan) },
      { label: 'Folder', text: folder },
    ],
    options: [
      { id: 'approve', label: 'Approve', description: 'Text that you add becomes part of the plan.' },
      { id: 'no', label: 'Send back', description: 'It goes on planning, with the text that you add.' },
    ],
    kind: 'decision',
  };
  return {
    questions: [question],
    decide: ([reply = NO_REPLY]) => {
      const refused = refusal(reply, 'The operator does not agree with this plan. Make another.');
      if (refused) return refused;
      const added =
        reply.text === '' ? input : { ...input, plan: `${plan}\n\nThe operator adds: ${reply.text}` };
      return { behavior: 'allow', updatedInput: added };
    },
  };
}

const MOST_QUESTIONS = 20;
const MOST_OPTIONS = 50;

interface Asked {
  readonly question: string;
  readonly labels: readonly string[];
  readonly shown: AskedQuestion;
}

function questionsOf({ input }: ToolCall): Permission {
  const { questions } = input;
  if (!Array.isArray(questions) || questions.length === 0 || questions.length > MOST_QUESTIONS)
    throw new Error(`questions: a list of 1 to ${MOST_QUESTIONS}.`);
  const asked = questions.map(questionOf);
  return {
    questions: asked.map(({ shown }) => shown),
    decide: (replies) => {
      const answers = Object.fromEntries(
        asked.map(({ question, labels }, nth) => [question, saidBy(replies[nth] ?? NO_REPLY, labels)]),
      );
      return { behavior: 'allow', updatedInput: { ...input, answers } };
    },
  };
}

function questionOf(each: unknown): Asked {
  const { question, header, options = [], multiSelect } = isObject(each) ? each : {};
  if (typeof question !== 'string' || question.trim() === '') throw new Error('question: say what to ask.');
  const offered = optionsOf(options);
  const shown: AskedQuestion = {
    prompt: cut(question, 20_000),
    context: typeof header === 'string' && header !== '' ? [{ label: 'About', text: cut(header, 2000) }] : [],
    options: offered.map(({ label, description }, nth) => ({
      id: String(nth + 1),
      label: cut(label, 200),
      description: cut(description, 2000),
    })),
    multiple: multiSelect === true,
    kind: 'question',
  };
  return { question, labels: offered.map(({ label }) => label), shown };
}

interface Option {
  readonly label: string;
  readonly description: string;
}

/** Each a word, or a label with what it means. */
export function optionsOf(options: unknown): Option[] {
  if (!Array.isArray(options) || options.length > MOST_OPTIONS)
    throw new Error(`options: a list of at most ${MOST_OPTIONS}.`);
  return options.map((option) => {
    const { label, description = '' }: Record<string, unknown> = isObject(option)
      ? option
      : { label: option };
    if (typeof label !== 'string' || label.trim() === '') throw new Error('options: each needs a label.');
    return { label, description: String(description) };
  });
}

/** The labels of what was chosen, then the words. Options are numbered from 1. */
export function saidBy({ options, text }: Reply, labels: readonly string[]): string {
  const chosen = options.map((id) => labels[Number(id) - 1] ?? id);
  return [...chosen, text].filter((part) => part !== '').join(', ');
}
