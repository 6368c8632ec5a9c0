import { isObject } from '../json-rpc.ts';
import type { PermissionDecision, ToolCall } from '../permission.ts';
import { type HookAction, type HookAgent, textOf } from './hook-agent.ts';

/**
 * opencode 1.18.33, by our plugin (`opencode-plugin.ts`), which makes these messages. The dialog stays at the terminal
 * while the hook waits; the first answer wins.
 */
export const opencodeHooks: HookAgent = {
  name: 'opencode',
  title: 'opencode',
  read: (input) => {
    const what = actionIn(input);
    return what && { session: sessionIn(input.session), folder: textOf(input.folder), what };
  },
  keepsRules: false,
  decided: (decision, call) =>
    JSON.stringify(call.tool === QUESTIONS ? answersIn(decision) : replyTo(decision)),
  wake: (words) => ({ stdout: JSON.stringify({ words }) }),
  wait: null,
};

/** Questions come in the shape of Claude Code's tool, and so do their answers. */
const QUESTIONS = 'AskUserQuestion';

/** All sessions begin alike. */
const sessionIn = (id: unknown): string => textOf(id).replace(/^ses_/, '').slice(-8);

function actionIn(input: Readonly<Record<string, unknown>>): HookAction | null {
  const folder = textOf(input.folder);
  switch (input.event) {
    case 'permission': {
      const { tool, input: given } = input;
      if (typeof tool !== 'string' || tool === '' || !isObject(given)) return null;
      return { kind: 'permission', call: { tool: tool.slice(0, 200), input: given, folder } };
    }
    case 'question': {
      const call: ToolCall = { tool: QUESTIONS, input: { questions: shapedOf(input.questions) }, folder };
      return { kind: 'permission', call };
    }
    case 'idle':
      return { kind: 'idle', words: '' };
    case 'settled':
      return { kind: 'spoken-to' };
    case 'ended':
      return { kind: 'session-ended' };
    default:
      return null;
  }
}

const shapedOf = (questions: unknown): unknown =>
  Array.isArray(questions)
    ? questions.map((each) => (isObject(each) ? { ...each, multiSelect: each.multiple } : each))
    : questions;

const replyTo = (decision: PermissionDecision) =>
  decision.behavior === 'allow' ? { reply: 'once' } : { reply: 'reject', message: decision.message };

/** A list of labels and words for each question, in order. */
function answersIn(decision: PermissionDecision) {
  if (decision.behavior !== 'allow') return { refused: true };
  const { questions, answers } = decision.updatedInput;
  if (!Array.isArray(questions) || !isObject(answers)) return { refused: true };
  const all = questions.map((each) => (isObject(each) ? answers[String(each.question)] : undefined));
  return { answers: all.map((answer) => [textOf(answer)]) };
}
