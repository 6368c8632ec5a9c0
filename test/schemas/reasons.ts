/** What the daemon asks, and why units have their status: codes and fields that events keep. */
import { z } from 'zod';
import type { DaemonQuestion } from '../../shared/daemon-questions.ts';
import type { StatusReason } from '../../shared/reason-words.ts';
import {
  asking,
  brokenLimit,
  changeStat,
  chunk,
  closing,
  count,
  hold,
  item,
  judgement,
  kind,
  moment,
  number,
  outcome,
  workTrouble,
} from './parts.ts';

const texts = z.array(z.string());
const snooze = z.strictObject({ until: moment.nullable(), for: chunk.nullable() });

export const statusReason: z.ZodType<StatusReason> = z
  .discriminatedUnion('code', [
    z.strictObject({ code: z.literal('closed'), closing }),
    z.strictObject({ code: z.literal('asks'), kind, count }),
    z.strictObject({ code: z.enum(['held', 'held-after-phase']), hold }),
    z.strictObject({ code: z.literal('depends'), on: z.array(chunk) }),
    z.strictObject({ code: z.literal('retry'), due: moment }),
    z.strictObject({ code: z.enum(['snoozed', 'waits-snoozed']), snooze }),
    z.strictObject({ code: z.enum(['answer-out', 'waits-answer-out']), item }),
    z.strictObject({ code: z.literal('agent-not-trusted'), agent: z.string() }),
    z.strictObject({ code: z.literal('unknown-executor'), executor: z.string() }),
    z.strictObject({ code: z.literal('day-budget'), chunk }),
    z.strictObject({ code: z.enum(['comes-after', 'rival-at-work']), chunks: z.array(chunk) }),
    z.strictObject({ code: z.enum(['merging', 'preparing', 'killing']) }),
    z.strictObject({ code: z.literal('stopping'), limit: z.strictObject(brokenLimit) }),
    z.strictObject({ code: z.literal('says'), text: z.string() }),
    z
      .strictObject({ code: z.literal('earlier'), text: z.string() })
      .describe('words of an earlier version, which kept no code'),
  ])
  .meta({ id: 'StatusReason', description: 'why a unit has its status' });

const conflicts = z.array(
  z.strictObject({
    path: z.string(),
    kind: z.enum(['both-changed', 'both-added', 'deleted-by-ours', 'deleted-by-theirs', 'other']),
    hunks: z.array(
      z.strictObject({
        line: number,
        section: z.string(),
        lines: z.array(
          z.strictObject({ kind: z.enum(['context', 'marker', 'ours', 'theirs']), text: z.string() }),
        ),
      }),
    ),
  }),
);

const rival = z.strictObject({
  unit: count,
  chunk,
  code: judgement.code,
  text: judgement.text,
  confidence: judgement.confidence,
  files: texts,
  symbols: texts,
  file_count: count,
  lines: z.string(),
});

const change = z.strictObject({
  code: z.enum(['merge-review', 'merge-conflict']),
  chunk,
  branch: z.string(),
  conflicts: z.boolean(),
  has_agent: z.boolean(),
  changes: z.strictObject({
    stat: changeStat,
    base_moved: count,
    commits: z.array(z.strictObject({ short: z.string(), subject: z.string() })),
    commit_count: count,
    conflicts,
    rebase: z.strictObject({ in_progress: z.boolean(), unmerged: texts, markers: texts }),
    unsaved: texts,
  }),
});

const { prompt, context, options } = asking;
const shown = z
  .strictObject({
    code: z.enum(['worktree', 'snapshot', 'merge', 'merge-review', 'merge-conflict']),
    shown: z.strictObject({ prompt, context, options }),
  })
  .describe('words of an earlier version, which kept no fields');

export const daemonQuestion: z.ZodType<DaemonQuestion> = z
  .union([
    z.strictObject({ code: z.literal('phase-review'), lines: z.string() }),
    z.strictObject({
      code: z.literal('run-ended'),
      outcome,
      refused: z.array(z.strictObject({ key: item, tool: z.string(), subject: z.string() })),
      lines: z.string(),
    }),
    z.strictObject({ code: z.literal('run-late'), seconds: number }),
    z.strictObject({
      code: z.enum(['budget', 'day-budget']),
      chunk,
      spent: count,
      limit: count,
      step: count.describe('millionths of a dollar that one answer allows'),
    }),
    z.strictObject({ code: z.enum(['worktree', 'snapshot', 'merge']), trouble: workTrouble }),
    z.strictObject({ code: z.literal('rivals'), chunk, rivals: z.array(rival) }),
    change,
    shown,
  ])
  .meta({ id: 'DaemonQuestion', description: 'what the daemon itself asks, as codes and fields' });
