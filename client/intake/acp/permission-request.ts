/**
 * What an agent asks before it does something (`session/request_permission`), as a question for the operator, and the
 * operator's reply as the answer that the agent reads. Ids of options change with its version: they are answered by
 * the id that came along, and sorted by what they do.
 */
import { ALLOW_UNIT, type ToolPermission } from '../../../shared/policy-words.ts';
import type { AskedQuestion, Reply } from '../ask.ts';
import { callFacts } from '../call-facts.ts';
import { isObject, RpcError } from '../json-rpc.ts';
import { REFUSED_BY_RULE } from '../permission.ts';
import { cut } from '../tool-call.ts';
import { type AgentPlace, contextOf, headOf, pathsOf, planIn } from './call-context.ts';
import type { Params } from './peer.ts';
import { isCut, lineOf, type ReportedCall } from './tool-calls.ts';

export interface Decided {
  /** As the agent reads it. */
  readonly result: Params;
  readonly isRefused: boolean;
  /** In the words of the option. */
  readonly said: string;
  /** Which the agent is to hear beside it. */
  readonly words: string;
}

export interface PermissionRequest {
  readonly question: AskedQuestion;
  /** null: it was withdrawn, and nobody has allowed it. */
  decide(reply: Reply | null): Decided;
}

interface Option {
  /** Ours, of a few letters; the agent's. */
  readonly id: string;
  readonly optionId: string;
  readonly name: string;
  readonly kind: string;
}

const MOST_OPTIONS = 50;

/** Once first: an agent may name "always" before it. */
const KINDS = ['allow_once', 'allow_always', 'reject_once', 'reject_always'];
const OWN_IDS: Readonly<Record<string, string>> = {
  allow_once: 'once',
  allow_always: 'always',
  reject_once: 'no',
  reject_always: 'never',
};
const MEANINGS: Readonly<Record<string, string>> = {
  allow_once: 'This time. The agent gets the text that you add.',
  allow_always: 'It is not asked again, as far as the agent says here.',
  reject_once: 'The agent is told, with the text that you add, and goes on.',
  reject_always: 'The agent is told, with the text that you add, and does not ask again.',
};

/** Throws an `RpcError` where nothing could be answered. */
export function permissionRequest(call: ReportedCall, given: unknown, place: AgentPlace): PermissionRequest {
  const options = optionsOf(given);
  if (options.length === 0) throw new RpcError('params', 'No option can be shown to a person.');
  const plan = planIn(call);
  const shown = options.map(({ id, name, kind }) => ({
    id,
    label: name.slice(0, 200) || id,
    description: plan === null ? (MEANINGS[kind] ?? '') : '',
  }));
  const asked =
    plan === null
      ? { prompt: `Allow ${headOf(call, place)}?`, context: contextOf(call, place) }
      : { prompt: 'Carry out this plan?', context: planContext(plan, place) };
  return {
    question: {
      ...asked,
      options: shown,
      kind: 'decision',
      ...(plan === null && { permission: permissionIn(call, options, place) }),
    },
    decide: (reply) => decisionOf(options, reply),
  };
}

/** Only what means this one call, and only one: what an agent keeps from it for later is its own affair. */
function permissionIn(
  call: ReportedCall,
  options: readonly Option[],
  { folder }: AgentPlace,
): ToolPermission {
  const idOf = (kind: string) => options.find((option) => option.kind === kind)?.id ?? null;
  const { tool, kind, input } = call;
  const facts = callFacts({ tool, kind, input, paths: pathsOf(call), folder, isCut: isCut(call) });
  return { agent: '', ...facts, allow: idOf('allow_once'), deny: idOf('reject_once') };
}

const planContext = (plan: string, { folder }: AgentPlace) => [
  { label: 'Plan', text: cut(plan) },
  { label: 'Folder', text: folder },
];

function decisionOf(options: readonly Option[], reply: Reply | null): Decided {
  const isForUnit = reply?.options.includes(ALLOW_UNIT) ?? false;
  const chosen = options.find(({ id, kind }) =>
    isForUnit ? kind === 'allow_once' : reply?.options.includes(id),
  );
  // Words without an option refuse: an agent that is told something else first must not go on with this.
  const option = chosen ?? options.find(({ kind }) => isRefusal(kind));
  const words = reply?.text.trim() ?? '';
  const outcome = option ? { outcome: 'selected', optionId: option.optionId } : { outcome: 'cancelled' };
  return {
    result: { outcome },
    isRefused: option === undefined || isRefusal(option.kind),
    said: `${chosen?.name ?? (reply === null ? 'withdrawn' : 'refused')}${reply?.isByRule ? ', by a rule' : ''}`,
    words: reply?.isByRule && option && isRefusal(option.kind) ? REFUSED_BY_RULE : words,
  };
}

/** What allows nothing by its kind is taken for a refusal, so that nothing is allowed by mistake. */
const isRefusal = (kind: string): boolean => !kind.startsWith('allow');

export function optionsOf(given: unknown): Option[] {
  if (!Array.isArray(given)) return [];
  const known = given
    .slice(0, MOST_OPTIONS)
    .filter(isObject)
    .filter(({ optionId }) => typeof optionId === 'string' && optionId !== '')
    .map(({ optionId, name, kind }) => ({
      optionId: String(optionId),
      name: lineOf(name) || lineOf(optionId),
      kind: lineOf(kind),
    }))
    .filter((option) => !leavesTheOperatorOut(option))
    .filter((option, nth, all) => isOneThing(option, nth, all));
  const sorted = known.toSorted((one, other) => rankOf(one) - rankOf(other));
  return sorted.map((option, nth) => ({ ...option, id: idOf(sorted, nth) }));
}

/** An id that both allows and refuses is answered with neither; one that is repeated is offered once. */
function isOneThing(
  { optionId, kind }: Omit<Option, 'id'>,
  nth: number,
  all: readonly Omit<Option, 'id'>[],
): boolean {
  const same = all.filter((each) => each.optionId === optionId);
  return (
    all.findIndex((each) => each.optionId === optionId) === nth && same.every((each) => each.kind === kind)
  );
}

const rankOf = ({ kind }: Pick<Option, 'kind'>): number => {
  const rank = KINDS.indexOf(kind);
  return rank < 0 ? KINDS.length : rank;
};

/** `once`, and where several are of a kind `once-2` and so on. */
function idOf(options: readonly Omit<Option, 'id'>[], nth: number): string {
  const { kind = '' } = options[nth] ?? {};
  const before = options.slice(0, nth).filter((option) => option.kind === kind).length;
  const id = OWN_IDS[kind] ?? 'other';
  return before === 0 ? id : `${id}-${before + 1}`;
}

const FREE_MODE =
  /(^|[-_ ])(auto|autopilot|bypass|yolo|full[-_ ]?access|accept[-_ ]?edits)([-_ ]|$)|^(autoEdit|acceptEdits|bypassPermissions|dontAsk)$/i;
const FREE_NAME = /\b(auto mode|auto[- ]?accept|auto[- ]?approve|bypass permissions|full access|yolo)\b/i;

/** A mode in which a model, or nobody, decides. */
export const isFreeMode = (id: string): boolean => FREE_MODE.test(id.slice(id.lastIndexOf('#') + 1));

/** Changes the mode so that no person is asked any more: that is for the operator to configure, not to slip in here. */
const leavesTheOperatorOut = ({ optionId, name, kind }: Omit<Option, 'id'>): boolean =>
  !isRefusalKind(kind) && (isFreeMode(optionId) || FREE_NAME.test(name));

const isRefusalKind = (kind: string): boolean => kind.startsWith('reject');
