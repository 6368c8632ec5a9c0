/** The events of the log, as `signalbox history --json` prints them. */
import { z } from 'zod';
import { TOKEN_ROLES } from '../../shared/access-words.ts';
import type { Change, Event } from '../../shared/events.ts';
import { MERGE_MODES } from '../../shared/work-words.ts';
import { notices } from './notices.ts';
import {
  agent,
  answer,
  asking,
  brokenLimit,
  chunk,
  closing,
  count,
  digest,
  door,
  hold,
  item,
  judgement,
  kind,
  moment,
  number,
  offeredRule,
  outcome,
  phase,
  policyRule,
  ruleName,
  seq,
  someSettings,
  status,
  text,
  usage,
  work,
  workSettings,
} from './parts.ts';
import { daemonQuestion, statusReason } from './reasons.ts';

const spec = z.strictObject({
  chunk,
  title: z.string(),
  goal: z.string(),
  steps: z.array(z.strictObject({ phase, command: z.string().nullable() })),
  agent: z.string().nullable(),
  after: z.array(chunk),
  env: z.array(z.string()),
  priority: z.int(),
  paths: z.array(z.string()),
  external: z.boolean(),
  review: z.array(phase),
  retry: z.strictObject({ times: number, delay: z.number(), on: z.array(number) }).nullable(),
  time_limit: number.nullable(),
  worktree: z.boolean().nullable(),
  base: z.string().nullable(),
  merge: z.enum(MERGE_MODES).nullable(),
  budget_usd: z.exactOptional(z.number()),
  model: z.exactOptional(z.string()),
  mode: z.exactOptional(z.string()),
  executor: z.exactOptional(z.string()),
});

const askerWaits = z.strictObject({ until: moment, after: z.enum(['here', 'terminal']) });
const asked = {
  id: item,
  kind,
  phase: z.string(),
  run: count,
  asked_by: z.string(),
  asker_waits: z.exactOptional(askerWaits),
};
const executor = {
  name: z.string(),
  folder: z.string(),
  room: number,
  program: z.string(),
  lost_after: number,
};
const executors = z.strictObject({
  digest: z.string(),
  default: z.string().nullable(),
  executors: z.array(
    z.union([
      z.strictObject({ ...executor, ssh: z.string(), port: number.nullable() }),
      z.strictObject({
        ...executor,
        slurm: z.strictObject({
          shared: z.string().nullable(),
          via: z.string().nullable(),
          options: z.array(z.string()),
        }),
      }),
      z.strictObject({
        ...executor,
        kubernetes: z.strictObject({
          context: z.string().nullable(),
          namespace: z.string().nullable(),
          image: z.string(),
          requests: z.record(z.string(), z.string()),
          limits: z.record(z.string(), z.string()),
          node_selector: z.record(z.string(), z.string()),
          service_account: z.string().nullable(),
          image_pull_secrets: z.array(z.string()),
          volumes: z.array(z.strictObject({ claim: z.string(), path: z.string() })),
        }),
      }),
    ]),
  ),
});
const carrier = z.strictObject({ id: z.string(), machine: z.string(), lost_after: z.number() });
const nothing = z.strictObject({});
const run = z.strictObject({ number });

/** What each type of event says. */
const DATA: { readonly [Type in Change['type']]: z.ZodType<Extract<Change, { type: Type }>['data']> } = {
  'config.updated': someSettings as z.ZodType<Extract<Change, { type: 'config.updated' }>['data']>,
  'agents.trusted': z.strictObject({ digest, agents: z.array(agent), work: workSettings }),
  'executors.configured': executors,
  'run.submitted': run.extend({ job: z.string() }),
  'run.claimed': run.extend({ carrier, token: digest }),
  'token.added': z.strictObject({
    id: z.string(),
    hash: digest,
    role: z.enum(TOKEN_ROLES),
    name: z.string(),
    origin: z.string().nullable(),
    may_answer: z.boolean(),
    unit: count.nullable(),
  }),
  'token.revoked': z.strictObject({ id: z.string() }),
  'session.opened': z.strictObject({ id: z.string(), hash: digest }),
  'session.renewed': z.strictObject({ id: z.string() }),
  'session.ended': z.strictObject({
    id: z.string(),
    code: z.enum(['signed-out', 'signed-out-everywhere', 'expired', 'too-many']),
  }),
  ...notices,
  'unit.added': spec,
  'unit.closed': closing,
  'unit.edited': z.strictObject({
    title: z.exactOptional(z.string()),
    goal: z.exactOptional(z.string()),
    paths: z.exactOptional(z.array(z.string())),
  }),
  'unit.held': hold,
  'unit.released': nothing,
  'run.used': run.extend({ usage }),
  'budget.raised': z.union([
    z.strictObject({ micro_usd: count }),
    z.strictObject({
      day: z.string().describe('on this day (UTC) the unit may go on, whatever that of the day is'),
    }),
  ]),
  'rule.added': policyRule,
  'rule.removed': z.strictObject({ id: z.string() }),
  'unit.prioritized': z.strictObject({ priority: z.int() }),
  'unit.removed': z.strictObject({
    chunk: chunk.optional().describe('the name that is free from now on, where the unit was archived'),
  }),
  'unit.archived': z.strictObject({
    digest: z.string().describe('equal for units that were added with equal facts'),
  }),
  'dependency.added': z.strictObject({ on: chunk }),
  'dependency.removed': z.strictObject({ on: chunk, code: z.enum(['unlinked', 'removed']) }),
  'dependency.met': z.strictObject({ on: chunk }),
  'phase.finished': z.strictObject({ phase }),
  'phase.reopened': z.strictObject({ phase }),
  'worktree.planned': z.strictObject(work.planned),
  'worktree.made': z.strictObject(work.made),
  'worktree.ready': nothing,
  'worktree.pruned': z.strictObject({ ref: z.string() }),
  'worktree.forgotten': nothing,
  'worktree.restored': nothing,
  'work.snapshot': z.strictObject(work.snapshot),
  'comment.added': z.strictObject(work.comment),
  'comment.removed': z.strictObject({ id: z.string() }),
  'merge.approved': z.strictObject(work.approved),
  'merge.planned': z.strictObject(work.merge),
  'merge.refused': z.strictObject(work.refused),
  'merge.rebasing': nothing,
  'merge.ended': z.strictObject(work.ended),
  'run.started': run.extend({
    phase,
    agent: z.string(),
    marker: z.string(),
    token: z.exactOptional(digest),
    executor: z.exactOptional(z.string()),
    claim: z.exactOptional(digest),
    override: z.exactOptional(z.strictObject({ status, why: statusReason.nullable() })),
  }),
  'run.spawned': run.extend({ pid: number, started: z.string() }),
  'conflict.judged': z.strictObject({
    ...judgement,
    with: count,
    decided_by: z.enum(['analysis', 'operator']),
  }),
  'conflict.noted': z.strictObject({
    with: count,
    verdict: judgement.verdict,
    code: judgement.code,
    text: judgement.text,
    overlapping_files: judgement.overlapping_files,
  }),
  'retry.scheduled': z.strictObject({ due: moment, nth: number }),
  'retry.due': z.strictObject({ anew: z.boolean() }),
  'run.killing': z.union([
    run.extend({ next: z.enum(['hold', 'remove']) }),
    run.extend({ next: z.literal('close'), text }),
    run.extend({ next: z.literal('stuck'), ...brokenLimit }),
  ]),
  'run.interrupted': run.extend({ text: z.string() }),
  'run.told': run.extend({ count }),
  'run.noted': run.extend({ session: z.string() }),
  'run.said': run.extend({ text: z.string() }),
  'run.refused': run.extend({
    refused: z.array(z.strictObject({ key: item, tool: z.string(), subject: z.string() })),
  }),
  'run.ended': run.extend({ outcome }),
  'item.asked': z.union([
    z.strictObject({ ...asked, ...asking, offers: z.exactOptional(offeredRule) }),
    z.strictObject({ ...asked, about: daemonQuestion }),
  ]),
  'item.attached': z.strictObject({ id: item, run: count, key: z.string() }),
  'item.snoozed': z.strictObject({ id: item, until: moment.nullable(), for: chunk.nullable() }),
  'item.woke': z.union([
    z.strictObject({ id: item, code: z.enum(['operator', 'due']) }),
    z.strictObject({ id: item, code: z.enum(['unit-done', 'unit-removed']), chunk }),
  ]),
  'item.changed': z.union([
    z.strictObject({ id: item, ...asking, offers: z.exactOptional(offeredRule) }),
    z.strictObject({ id: item, about: daemonQuestion }),
  ]),
  'item.awaited': z.strictObject({ id: item, asker_waits: askerWaits.nullable() }),
  'item.answered': z.strictObject({
    id: item,
    answer,
    release_due: moment,
    key: z.string().nullable(),
    rule: z.exactOptional(ruleName),
  }),
  'item.reopened': z.strictObject({ id: item, spends: z.string().nullable() }),
  'item.released': z.strictObject({ id: item }),
  'item.given': z.strictObject({ id: item, run: count }),
  'item.delivered': z.strictObject({ id: item, run: count }),
  'item.withdrawn': z.strictObject({
    id: item,
    code: z.enum([
      'operator',
      'asker',
      'run-ended',
      'no-rival',
      'work-changed',
      'unit-closed',
      'unit-removed',
    ]),
    text,
  }),
};

const ROLES = [
  'operator',
  'viewer',
  'embed',
  'agent',
  'daemon',
] as const satisfies readonly Event['by']['role'][];

const by = z
  .strictObject({ actor: z.string(), role: z.enum(ROLES), door, origin: z.string().nullable() })
  .meta({ id: 'By', description: 'who did it, and through which door' });

const ofType = ([type, data]: [string, z.ZodType]) =>
  z.strictObject({
    type: z.literal(type),
    seq,
    at: moment,
    by,
    unit: z.int().min(-1).describe('-1: it concerns no unit'),
    chunk: chunk.nullable(),
    data,
  });

const [first, ...others] = Object.entries(DATA).map(ofType);
if (!first) throw new Error('no types of events');

export const EVENT_TYPES = Object.keys(DATA) as Event['type'][];
export const event = z
  .discriminatedUnion('type', [first, ...others])
  .meta({ id: 'Event', description: 'one thing that happened' });
