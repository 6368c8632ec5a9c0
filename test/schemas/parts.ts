/** The shapes that what the terminal prints as JSON is made of. Strict: a field that is not here is not documented. */
import { z } from 'zod';
import { REFUSAL_CODES } from '../../server/domain/refusal.ts';
import type { Door } from '../../shared/access-words.ts';
import { type AgentDefinition, INTERRUPT_SIGNALS } from '../../shared/agent-words.ts';
import type { Card, Cell, Counts, ItemState, Page, Row } from '../../shared/board.ts';
import type { Judgement } from '../../shared/conflict-words.ts';
import type { ChangeStat } from '../../shared/diff.ts';
import {
  type Answer,
  type Asking,
  ITEM_KINDS,
  type ItemCode,
  type ItemKind,
} from '../../shared/item-words.ts';
import { POLICY_ANSWERS, RULE_SOURCES } from '../../shared/policy-words.ts';
import type { Closing, Hold } from '../../shared/reason-words.ts';
import type { Settings } from '../../shared/settings-words.ts';
import { CHUNK, type Outcome, PHASE, STATUSES, type Status, type StuckCode } from '../../shared/words.ts';
import type { MoveRefusal, WorkProblem, WorkTrouble } from '../../shared/work-problem.ts';
import {
  MERGE_MODES,
  MERGE_STRATEGIES,
  NOT_BROUGHT,
  type UnitWork,
  type WorkSettings,
} from '../../shared/work-words.ts';

const oneOf = <Word extends string>(words: readonly Word[]): z.ZodType<Word> =>
  z.enum(words as [Word, ...Word[]]);

export const count = z.int().min(0);
/** A number that a unit, a run or an event has. */
export const number = z.int().min(1);
export const moment = z
  .string()
  .regex(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/)
  .describe('UTC, with milliseconds');
export const seq = count.describe('the number of an event');
export const chunk = z.string().regex(CHUNK).describe('the name of a unit');
export const phase = z.string().regex(PHASE);
export const item = z.string().min(1).describe('the id of an attention item');
export const digest = z.string().regex(/^([0-9a-f]{64})?$/);
const DOORS: readonly Door[] = ['page', 'form', 'cli', 'api', 'embed', 'daemon'];
export const door = oneOf(DOORS);
export const status: z.ZodType<Status> = oneOf(STATUSES);
export const kind: z.ZodType<ItemKind> = oneOf(ITEM_KINDS);
const ITEM_STATES: readonly ItemState[] = ['open', 'snoozed', 'going-out', 'answered', 'withdrawn'];
export const itemState = oneOf(ITEM_STATES);

export const answer: z.ZodType<Answer> = z
  .strictObject({ options: z.array(z.string()), text: z.string() })
  .meta({ id: 'Answer' });

export const asking = {
  prompt: z.string(),
  context: z.array(z.strictObject({ label: z.string(), text: z.string() })),
  options: z.array(z.strictObject({ id: z.string(), label: z.string(), description: z.string() })),
  multiple: z.boolean(),
  allows_text: z.boolean(),
} satisfies { [Field in keyof Omit<Asking, 'offers'>]: z.ZodType<Asking[Field]> };

const newRule = {
  answer: z.enum(POLICY_ANSWERS),
  agents: z
    .array(z.string())
    .describe('names of agents; an empty list says nothing, here and in what follows'),
  tools: z.array(z.string()).describe('names of tools, or their kinds'),
  commands: z.array(z.string()).describe('words; a last * stands for any further plain words'),
  paths: z.array(z.string()),
  exact: z.boolean().describe('whole commands and real paths of files, as a person has seen them'),
};
export const policyRule = z
  .strictObject({ id: z.string(), ...newRule })
  .meta({ id: 'PolicyRule', description: 'answers permissions by itself' });
export const offeredRule = z.strictObject(newRule).describe('what the option allow-unit allows from then on');
export const ruleName = z
  .strictObject({ id: z.string(), source: z.enum(RULE_SOURCES) })
  .meta({ id: 'RuleName', description: 'a rule of the operator, in their file or of the unit' });

export const usage = z
  .strictObject({
    input_tokens: count,
    output_tokens: count,
    cached_tokens: count,
    micro_usd: count.nullable().describe('millionths of a US dollar; null: the agent says no cost'),
  })
  .meta({ id: 'Usage', description: 'as the agent reports it' });

export const stuckCode: z.ZodType<StuckCode> = z
  .enum(['answers-too-long', 'worktree', 'snapshot', 'merge'])
  .meta({
    id: 'StuckCode',
    description: 'what kept a run from going on, where something can be done about it',
  });

export const itemCode: z.ZodType<ItemCode> = z
  .enum([
    'answers-too-long',
    'worktree',
    'snapshot',
    'merge',
    'merge-review',
    'merge-conflict',
    'budget',
    'day-budget',
  ])
  .meta({ id: 'ItemCode', description: 'why it is asked, where that is one of the known reasons' });

/** In the words of the person or agent who did it. */
export const text = z.string().describe('the reason, in the words of whoever did it; empty: they gave none');
export const hold: z.ZodType<Hold> = z.strictObject({ code: z.enum(['operator', 'killed', 'budget']), text });
export const closing: z.ZodType<Closing> = z.strictObject({
  code: z.enum(['operator', 'stuck', 'session-ended']),
  text,
});
export const brokenLimit = { code: z.literal('output-limit'), output_mib: number };

const texts = z.array(z.string());
const at = { path: z.string() };
const git = { command: z.string() };
/** By code: what keeps work in a worktree from being prepared, kept or merged. */
const WORK_PROBLEMS: { readonly [Code in WorkProblem['code']]: z.ZodRawShape } = {
  'git-missing': {},
  'git-too-old': { found: z.string(), needed: z.string() },
  'git-failed': { ...git, exit: z.int(), words: z.string() },
  'git-timeout': { ...git, ms: number },
  'git-killed': { ...git, signal: z.string() },
  'git-output': { ...git, bytes: number },
  'no-folder': { folder: z.string() },
  'no-repository': { folder: z.string(), words: z.string() },
  'no-commit': { folder: z.string() },
  bare: { folder: z.string() },
  'base-unknown': { base: z.string() },
  'branch-in-use': { branch: z.string(), ...at },
  'path-taken': at,
  'project-moved': { ...at, was: z.string() },
  'no-worktree': at,
  'repository-busy': { folder: z.string(), pid: z.int().nullable() },
  'process-inside': { ...at, pids: z.array(z.int()) },
  'git-running': { ...at, pids: z.array(z.int()) },
  'process-unknown': at,
  'nested-repositories': { ...at, nested: texts },
  'not-saved': { ...at, files: texts },
  'not-kept': { ref: z.string() },
  'base-moved': { branch: z.string(), old: z.string(), now: z.string().nullable() },
  'not-on-base': { base: z.string(), snapshot: z.string() },
};
const problemOf = ([code, fields]: [string, z.ZodRawShape]) =>
  z.strictObject({ code: z.literal(code), ...fields });
const [firstProblem, ...otherProblems] = Object.entries(WORK_PROBLEMS).map(problemOf);
if (!firstProblem) throw new Error('no problems');
const workProblem = z.discriminatedUnion('code', [firstProblem, ...otherProblems]).meta({
  id: 'WorkProblem',
  description: 'what keeps work in a worktree from being prepared, kept or merged',
}) as unknown as z.ZodType<WorkProblem>;

const MOVE_REFUSALS = [
  'base-moved',
  'folder-missing',
  'checked-out-twice',
  'operation-in-progress',
  'index-locked',
  'files-in-the-way',
  'unrepaired',
  'git-refused',
] as const satisfies readonly MoveRefusal[];
export const workTrouble: z.ZodType<WorkTrouble> = z.union([
  workProblem,
  z.strictObject({
    code: z.literal('not-moved'),
    branch: z.string(),
    refused: z.enum(MOVE_REFUSALS),
    folder: z.string().nullable(),
    files: texts,
    words: z.string(),
    operation: z.enum(['rebase', 'merge', 'cherry-pick', 'revert', 'bisect']).nullable(),
  }),
  z.strictObject({ code: z.literal('branch-gone'), branch: z.string() }),
  z.strictObject({ code: z.literal('unexpected'), words: z.string() }),
]);

export const outcome: z.ZodType<Outcome> = z
  .discriminatedUnion('exit', [
    z.strictObject({ exit: z.literal('exited'), code: z.int() }),
    z.strictObject({ exit: z.literal('refused'), tools: z.array(z.string()) }),
    z.strictObject({ exit: z.literal('reported'), success: z.boolean() }),
    z.strictObject({ exit: z.literal('killed') }),
    z.strictObject({ exit: z.literal('stopped'), ...brokenLimit }),
    z.strictObject({ exit: z.literal('vanished') }),
    z.strictObject({ exit: z.enum(['fenced', 'lost']), seconds: z.number() }),
    z.discriminatedUnion('code', [
      z.strictObject({
        exit: z.literal('never-began'),
        code: z.enum([
          'wrapper-ended',
          'agent-not-trusted',
          'answers-too-long',
          'argument-too-long',
          'prompt-file-missing',
          'prompt-file-outside',
          'prompt-file-too-large',
          'cannot-start',
          'not-claimed',
          'no-executor',
        ]),
        detail: z
          .string()
          .describe(
            'the agent, the placeholder or the file that it is about; cannot-start: what the system said',
          ),
      }),
      z.strictObject({ exit: z.literal('never-began'), code: z.literal('worktree'), problem: workProblem }),
    ]),
  ])
  .meta({ id: 'Outcome', description: 'how a run ended' });

const SETTINGS = {
  max_agents: count,
  undo_seconds: count,
  weight: z.number().min(0),
  ask_above: z.number().min(0).max(1),
  output_mib: number,
  keep_days: count,
  keep_mib: count,
  keep_worktrees_days: count,
  archive_days: count,
  day_budget_usd: z.number(),
} satisfies { [Name in keyof Settings]: z.ZodType<number> };
export const settings: z.ZodType<Settings> = z.strictObject(SETTINGS).meta({ id: 'Settings' });
export const someSettings = z.strictObject(SETTINGS).partial();

export const agent: z.ZodType<AgentDefinition> = z
  .strictObject({
    name: z.string(),
    command: z.array(z.string()),
    env: z.array(z.string()),
    phases: z.array(phase),
    prompts: z.record(phase, z.string()),
    interrupt: z.enum(INTERRUPT_SIGNALS).nullable(),
    resume: z.array(z.string()).nullable(),
  })
  .meta({ id: 'Agent' });

export const judgement = {
  verdict: z.enum(['INDEPENDENT', 'SERIALIZE', 'ASK_OPERATOR']),
  confidence: z.number().min(0).max(1),
  code: z.enum(['reported', 'operator', 'declared-files', 'changed-files', 'git-conflicts']),
  text: z.string().describe('reported: the reason, in the words of who reported it'),
  overlapping_files: z.array(z.string()),
  overlapping_symbols: z.array(z.string()),
  overlapping_lines: z.string(),
} satisfies { [Field in keyof Judgement]: z.ZodType<Judgement[Field]> };
/** A judgement with its reason in words. */
const { text: _, ...judged } = judgement;
export const judgedLine = {
  ...judged,
  reason: z.string(),
  decided_by: z.enum(['analysis', 'operator']),
  found_at: moment,
  noted: z.string(),
};

const STAT = { files: count, added: count, deleted: count };
export const changeStat: z.ZodType<ChangeStat> = z
  .strictObject(STAT)
  .meta({ id: 'ChangeStat', description: 'files and lines' });
const commit = z.string().regex(/^[0-9a-f]{40,64}$/);

/** What events say of a worktree, its snapshots and its merge. */
export const work = {
  planned: { branch: z.string(), base: z.string().nullable(), base_commit: commit, path: z.string() },
  made: {
    copied: z.array(z.string()),
    linked: z.array(z.string()),
    setup: z.strictObject({ command: z.string(), limit: number }).nullable(),
    not_brought: z.array(z.enum(NOT_BROUGHT)),
  },
  snapshot: { ...STAT, commit, from: commit, nested: z.array(z.string()), unsaved: z.array(z.string()) },
  comment: {
    id: z.string(),
    file: z.string(),
    side: z.enum(['old', 'new']),
    line: number,
    words: z.string(),
    snapshot: commit,
  },
  approved: { snapshot: commit, strategy: oneOf(MERGE_STRATEGIES).nullable() },
  merge: { old: commit, new: commit, snapshot: commit, strategy: oneOf(MERGE_STRATEGIES) },
  refused: { why: z.string(), files: z.array(z.string()) },
  ended: { how: z.enum(['merged', 'left', 'discarded']) },
};
export const unitWork: z.ZodType<UnitWork> = z
  .strictObject({
    ...work.planned,
    ...work.made,
    made_at: moment.nullable(),
    ready_at: moment.nullable(),
    snapshot: z.strictObject({ ...work.snapshot, at: moment }).nullable(),
    comments: z.array(z.strictObject(work.comment)),
    approved: z.strictObject(work.approved).nullable(),
    merge: z.strictObject(work.merge).nullable(),
    rebasing: z.boolean(),
    end: z.strictObject({ ...work.ended, at: moment }).nullable(),
    pruned_at: moment.nullable(),
    kept: z.string().nullable(),
  })
  .meta({ id: 'UnitWork', description: 'a worktree, what was changed there, and what became of that' });
export const workSettings: z.ZodType<WorkSettings> = z.strictObject({
  base: z.string().nullable(),
  copy: z.array(z.string()),
  link: z.array(z.string()),
  setup: z.string().nullable(),
  setup_limit: number,
  merge: oneOf(MERGE_MODES),
  strategy: oneOf(MERGE_STRATEGIES),
});

export const refusalCode = z
  .enum([...REFUSAL_CODES, 'forbidden'])
  .meta({ id: 'RefusalCode', description: 'which refusal it is' });

/** How many units have each status. */
export const units = z
  .strictObject({ RUNNING: count, NEEDS_ATTENTION: count, READY: count, BLOCKED: count, DONE: count })
  .meta({ id: 'Units' });

const row = {
  key: z.string().min(1),
  seq,
  order: z.array(z.union([z.number(), z.string()])).describe('rows stand in this order, element by element'),
};

/** What is said of a unit wherever units are listed. */
export const unitFields = {
  id: count,
  chunk,
  title: z.string(),
  status,
  why: z.string().describe('why it has this status, where that alone does not say'),
  cause: z.string().describe('the chunk at the end of the chain of dependencies that blocks it'),
  held: z.boolean().describe('its next phase may not start before it is released'),
  phase: z.string(),
  finished: count.describe('phases finished'),
  phases: number,
  run: count,
  agent: z.string(),
  executor: z.string().describe('where its last run works, or has worked; empty: on this machine'),
  since: moment,
  changes: changeStat.nullable().describe('what it has changed in its worktree'),
  usage: usage.nullable().describe('what its runs have used; null: nothing was said'),
};
export const cell: z.ZodType<Cell> = z
  .strictObject({ ...row, row: z.literal('unit'), ...unitFields })
  .meta({ id: 'Cell', description: 'a work unit' });

export const wait = z
  .strictObject({ who: z.string(), until: moment, after: z.string() })
  .nullable()
  .describe('how long its asker waits, and what becomes of an answer after that; null: it is not known');

/** What is said of an item wherever items are listed. */
export const itemFields = {
  ...asking,
  version: number.describe('answer the one that you have read'),
  chunk,
  phase: z.string(),
  run: count,
  kind,
  asked_at: moment,
  asked_by: z.string(),
  blocks_count: count.describe('how many units wait for this one, directly or not'),
  unblocks: z.string(),
  wait,
};
export const card: z.ZodType<Card> = z
  .strictObject({
    ...row,
    ...itemFields,
    row: z.literal('item'),
    id: item,
    phases: count.describe('how many phases its unit has'),
    code: itemCode.nullable(),
    state: itemState,
    run_ended: z.string().describe('how the asking run ended, where it has ended'),
    answer: answer.nullable(),
    answered_by: z.string().nullable(),
    answered_via: door.nullable(),
    answered_by_rule: ruleName.nullable(),
    snoozed_until: moment.nullable(),
    snoozed_for: chunk.nullable(),
    release_due: moment.nullable().describe('when a given answer goes out'),
    withdrawn_why: z.string().nullable(),
  })
  .meta({ id: 'Card', description: 'an attention item' });

const counts: z.ZodType<Counts> = z
  .strictObject({
    ...row,
    row: z.literal('counts'),
    units,
    items: count.describe('open, whatever the filter'),
    archived: count.describe('units that are in the archive, and in no other count'),
    found: units.nullable().describe('of the units that a search finds'),
  })
  .meta({ id: 'Counts' });

const page: z.ZodType<Page> = z
  .strictObject({ ...row, row: z.literal('page'), page: number, pages: count, total: count })
  .meta({ id: 'Page' });

export const anyRow: z.ZodType<Row> = z.union([cell, card, counts, page]).meta({ id: 'Row' });
