/** The operator's rules: what they are, what they say of a call, and how they answer what is asked. */
import { z } from 'zod';
import type { ToolPermission } from '../../shared/policy-words.ts';
import { type Rules, removeRule } from '../domain/commands/policy.ts';
import { workOf } from '../domain/lookup.ts';
import { type PolicyRequest, verdictOn } from '../domain/policy.ts';
import { exists, findWork, liveRun, type State } from '../domain/state.ts';
import { requestOf } from '../policy/policy-request.ts';
import { commit } from './commit.ts';
import { chunk, key, words } from './fields.ts';
import { nothing } from './inputs.ts';
import { type Context, operator, t } from './procedures.ts';

type Asked = { readonly permission?: ToolPermission | undefined };

/** What is asked, in order; null: no rule could answer it. With --read-only nothing is answered by itself. */
export function requestsOf(
  ctx: Context,
  { chunk, questions }: { readonly chunk: string; readonly questions: readonly Asked[] },
): readonly (PolicyRequest | null)[] {
  if (ctx.access.readOnly) return [];
  const unit = findWork(ctx.store.state, chunk);
  return questions.map(({ permission }) => (permission && unit ? requestOn(ctx, permission, chunk) : null));
}

export const rulesFor = (ctx: Context, requests: readonly (PolicyRequest | null)[], at: string): Rules => ({
  policy: ctx.policy.current(),
  requests,
  at,
});

/** The folder is that of the unit, and the agent the one that the daemon has started; else what is said counts. */
function requestOn(ctx: Context, permission: ToolPermission, chunk: string | null): PolicyRequest {
  const { home, own } = ctx.policy;
  const work = chunk === null ? undefined : workOf(ctx.store.state, chunk);
  const root = work?.unit.work?.path ?? ctx.about.project;
  const agent = (work && !work.unit.spec.external && liveRun(work)?.agent) || null;
  return requestOf(permission, { root, home, own }, agent);
}

const check = z.strictObject({
  chunk: chunk.optional(),
  agent: words(200).default(''),
  tool: words(200).default(''),
  kind: words(100).default(''),
  command: words(65_536).min(1, 'Say which command.').nullable().default(null),
  paths: z.array(words(4096)).max(500).default([]),
});

export const policy = t.router({
  /** All rules, those of units with their unit. */
  list: operator.input(nothing).query(({ ctx }) => {
    const { path, rules, problem } = ctx.policy.current();
    return { path, problem, rules, units: rulesOfUnits(ctx.store.state) };
  }),
  /** What the rules say of a call, without asking or answering anything. */
  check: operator.input(check).query(({ ctx, input: { chunk = null, ...input } }) => {
    const kind = input.kind || (input.command === null ? '' : 'execute');
    const permission: ToolPermission = { ...input, kind, folder: '', opaque: false, allow: null, deny: null };
    const request = requestOn(ctx, permission, chunk);
    const ofUnit = chunk === null ? [] : (workOf(ctx.store.state, chunk).unit.rules ?? []);
    const policy = ctx.policy.current();
    return {
      ...verdictOn(request, policy, ofUnit),
      problem: policy.problem,
      /** Whether a command is plain words only: no other is ever allowed by a pattern. */
      plain: request.command === null ? null : request.words !== null,
      paths: request.paths.map(({ given, real }) => ({ given, real })),
    };
  }),
  remove: operator
    .input(z.strictObject({ chunk, rule: words(64), key: key.optional() }))
    .mutation(({ ctx, input }) => commit(ctx, (state) => removeRule(state, input), input)),
});

const rulesOfUnits = (state: State) =>
  [...state.works]
    .filter(exists)
    .flatMap(({ unit }) => (unit.rules ?? []).map((rule) => ({ chunk: unit.chunk, ...rule })));
