/**
 * Qwen Code asks its questions as a permission, with the questions beside it (`_meta.qwenQuestions`), and reads the
 * answers by their number, beside the outcome.
 */
import type { AskedQuestion, Reply } from '../ask.ts';
import { isObject } from '../json-rpc.ts';
import { saidBy } from '../permission.ts';
import { cut } from '../tool-call.ts';
import type { Params } from './peer.ts';
import { optionsOf } from './permission-request.ts';
import { lineOf } from './tool-calls.ts';

const MOST_QUESTIONS = 20;
const MOST_OPTIONS = 50;

/** null: these are none. */
export function qwenQuestions(params: Params, options: unknown) {
  const asked = questionsIn(params) ?? questionsIn(isObject(params.toolCall) ? params.toolCall : {});
  if (asked === null) return null;
  const [allow] = optionsOf(options).filter(({ kind }) => kind.startsWith('allow'));
  const [refuse] = optionsOf(options).filter(({ kind }) => !kind.startsWith('allow'));
  const questions = asked.map(questionOf);
  const labels = questions.map(({ options: each = [] }) => each.map(({ label }) => label));
  const answer = (replies: readonly Reply[] | null): Params => {
    const option = replies === null ? refuse : allow;
    if (!option) return { outcome: { outcome: 'cancelled' } };
    const outcome = { outcome: 'selected', optionId: option.optionId };
    if (replies === null) return { outcome };
    const answers = replies.map((reply, nth) => [String(nth), saidBy(reply, labels[nth] ?? [])] as const);
    return { outcome, answers: Object.fromEntries(answers) };
  };
  return { questions, answer };
}

function questionsIn({ _meta: meta }: Params): Params[] | null {
  const { qwenQuestions: given } = isObject(meta) ? meta : {};
  if (!Array.isArray(given)) return null;
  const asked = given
    .slice(0, MOST_QUESTIONS)
    .filter(isObject)
    .filter(({ question }) => lineOf(question) !== '');
  return asked.length > 0 ? asked : null;
}

const questionOf = ({ question, header, options, multiSelect }: Params): AskedQuestion => ({
  prompt: cut(String(question), 20_000),
  context: lineOf(header) === '' ? [] : [{ label: 'About', text: lineOf(header) }],
  options: (Array.isArray(options) ? options : [])
    .slice(0, MOST_OPTIONS)
    .filter(isObject)
    .filter(({ label }) => lineOf(label) !== '')
    .map(({ label, description }, nth) => ({
      id: String(nth + 1),
      label: lineOf(label).slice(0, 200),
      description: lineOf(description),
    })),
  multiple: multiSelect === true,
  kind: 'question',
});
