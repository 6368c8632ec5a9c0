/** What scripts can do by HTTP: each address, the procedure behind it, and what it answers. */
import { z } from 'zod';
import { ACTIONS, type Action } from '../../shared/actions.ts';
import { ITEM_KINDS } from '../../shared/item-words.ts';
import { LONGEST_SEARCH } from '../../shared/query.ts';
import { STATUSES } from '../../shared/words.ts';
import { event } from './event.ts';
import { channel, notifyFacts, receipt } from './notices.ts';
import { archived, committed, detail, diff, OUTPUTS, snapshot } from './outputs.ts';
import * as part from './parts.ts';

export const TAGS = {
  looking: 'What is so now, and what has happened.',
  adding: 'New units and what is known of them.',
  acting: 'What the operator decides.',
  daemon: 'The daemon itself.',
} as const;

export interface Operation {
  readonly method: 'get' | 'post' | 'delete';
  /** As OpenAPI writes it: `/work-units/{chunk}`. */
  readonly path: string;
  readonly name: string;
  readonly tag: keyof typeof TAGS;
  readonly summary: string;
  /** The procedure that checks what is sent, and whose roles count. */
  readonly procedure: string;
  /** In the address, behind `?`. */
  readonly query?: z.ZodObject;
  /** What stands in the path, or is made from the address, and so not in the body. */
  readonly without?: readonly string[];
  /** Said instead of the procedure's input, where the body is more than that. */
  readonly body?: 'unit-or-plan';
  /** JSON, or text of this media type. */
  readonly answer: z.ZodType | { readonly text: string };
  /** Refusals beside those that every address has. */
  readonly refuses?: readonly (404 | 409 | 416 | 422 | 503)[];
}

const { chunk, count, item, number, seq } = part;
const listed = (words: readonly string[]) =>
  z
    .string()
    .describe(`one or more of ${words.join(', ')}, with commas`)
    .meta({ examples: [words[0]] });
const filter = {
  status: listed(STATUSES.map((each) => each.toLowerCase())).optional(),
  kind: listed(ITEM_KINDS).optional(),
  q: z.string().max(LONGEST_SEARCH).describe('words in the name, the title or what is asked').optional(),
};
const page = z.int().min(1).describe('of the units, from 1').optional();
const flag = (says: string) => z.boolean().default(false).describe(says).optional();

/** An open item, as scripts read it. */
const attentionItem = z
  .strictObject({ item, ...part.itemFields, time_waiting: count.describe('seconds') })
  .meta({ id: 'AttentionItem' });
const unit = z.strictObject({ seq, ...part.unitFields }).meta({ id: 'Unit' });

/** Most of what changes something answers this. */
const change = committed.meta({ id: 'Change' });
const CHANGES = [404, 409, 422, 503] as const;

const SUMMARIES: Readonly<Record<Action, string>> = {
  answer: 'Answers an item: the version that you have read.',
  undo: 'Takes an answer back that has not gone out yet.',
  withdraw: 'Withdraws a question or decision that nobody needs answered any more.',
  snooze: 'Takes an item out of the queue for a while.',
  wake: 'Brings a snoozed item back.',
  retry: 'Starts the phase again; for a stuck unit this is the answer.',
  close: 'Counts a unit as done.',
  kill: 'Ends the live run with all of its processes.',
  interrupt: 'Says words to the live run.',
  hold: 'Keeps the next phase from starting.',
  release: 'Lets a held unit go on.',
  priority: 'Sets the priority.',
  edit: 'Changes title, goal or paths.',
  link: 'Makes the unit wait for another one.',
  unlink: 'Ends that.',
  remove: 'Removes a unit.',
  report: 'Reports on work that is done elsewhere.',
  resolve: 'Decides whether two units may be at work at once.',
  'remove-rule': 'Removes a rule that was allowed for this unit.',
  merge: 'Merges the work of a unit, or says what else becomes of it.',
  comment: 'Comments on a line of what was changed.',
  uncomment: 'Removes a comment.',
  prune: 'Removes the worktree of a done unit; a ref keeps what no branch has.',
  restore: 'Brings a removed worktree back.',
  forget: 'Forgets the ref of a removed worktree.',
};

/** What the procedures of these answer, where it is not what a change answers. */
const ANSWERS: Partial<Readonly<Record<Action, z.ZodType>>> = {
  prune: OUTPUTS['worktree prune']?.schema,
  restore: OUTPUTS['worktree restore']?.schema,
  forget: OUTPUTS['worktree forget']?.schema,
  kill: OUTPUTS.kill?.schema,
  close: OUTPUTS.close?.schema,
  remove: OUTPUTS.rm?.schema,
};

const actions = (Object.keys(ACTIONS) as Action[]).map(
  (action): Operation => ({
    method: 'post',
    path: `/work-units/{chunk}/${action}`,
    name: action,
    tag: 'acting',
    summary: SUMMARIES[action],
    procedure: ACTIONS[action].join('.'),
    without: ['chunk'],
    answer: ANSWERS[action] ?? change,
    refuses: CHANGES,
  }),
);

const outputOf = (command: string): z.ZodType => {
  const output = OUTPUTS[command];
  if (!output) throw new Error(`no command ${command}`);
  return output.schema;
};

const looking: readonly Operation[] = [
  {
    method: 'get',
    path: '/attention',
    name: 'attention',
    tag: 'looking',
    summary: 'The open items, first things first.',
    procedure: 'board.now',
    query: z.strictObject(filter),
    answer: z.strictObject({ seq, items: z.array(attentionItem) }),
    refuses: [422],
  },
  {
    method: 'get',
    path: '/work-units',
    name: 'units',
    tag: 'looking',
    summary: 'The units, 200 a page.',
    procedure: 'board.now',
    query: z.strictObject({ ...filter, page }),
    answer: z.strictObject({ seq, page: number, pages: count, total: count, units: z.array(unit) }),
    refuses: [422],
  },
  {
    method: 'get',
    path: '/archive',
    name: 'archive',
    tag: 'looking',
    summary: 'Archived units: done for long, and on no board. Each still has its own address.',
    procedure: 'archive',
    query: z.strictObject({
      q: z.string().describe('words in the name or the title').optional(),
      before: count.describe('only units with a lower number').optional(),
      limit: number.max(1000).optional(),
    }),
    answer: archived.meta({ id: 'ArchivedUnits' }),
    refuses: [422],
  },
  {
    method: 'get',
    path: '/work-units/{chunk}',
    name: 'unit',
    tag: 'looking',
    summary: 'Everything about one unit.',
    procedure: 'unit',
    query: z.strictObject({ before: number.describe('its history stops before this event').optional() }),
    answer: detail.meta({ id: 'UnitDetail' }),
    refuses: [404, 422],
  },
  {
    method: 'get',
    path: '/work-units/{chunk}/diff',
    name: 'diff',
    tag: 'looking',
    summary: 'What the unit has changed in its worktree; as a patch where text/x-patch is accepted.',
    procedure: 'work.diff',
    query: z.strictObject({ file: z.string().describe('the exact name of one file').optional(), page }),
    answer: diff.meta({ id: 'Diff' }),
    refuses: [404, 409, 422],
  },
  {
    method: 'get',
    path: '/work-units/{chunk}/runs/{run}',
    name: 'run',
    tag: 'looking',
    summary: 'How much a run has printed, and where words stand in it.',
    procedure: 'unit',
    query: z.strictObject({
      find: z.string().max(200).optional(),
      from: count.describe('bytes').optional(),
      back: flag('looks backwards'),
    }),
    answer: z.strictObject({
      run: number,
      size: count.nullable().describe('bytes; null: no longer kept'),
      found: count.nullable().describe('the offset of the line, in bytes'),
    }),
    refuses: [404, 422],
  },
  {
    method: 'get',
    path: '/work-units/{chunk}/runs/{run}/output',
    name: 'output',
    tag: 'looking',
    summary: 'What a run has printed; a range of it by the header Range.',
    procedure: 'unit',
    answer: { text: 'text/plain' },
    refuses: [404, 416],
  },
  {
    method: 'get',
    path: '/board',
    name: 'board',
    tag: 'looking',
    summary: 'The whole board at once, as the page begins with it.',
    procedure: 'board.now',
    query: z.strictObject({ ...filter, page }),
    answer: snapshot.meta({ id: 'Board' }),
    refuses: [422],
  },
  {
    method: 'get',
    path: '/conflicts',
    name: 'conflicts',
    tag: 'looking',
    summary: 'The pairs of units that have a verdict.',
    procedure: 'conflicts.list',
    answer: z.strictObject({ seq, conflicts: outputOf('conflicts') }),
  },
  {
    method: 'get',
    path: '/history',
    name: 'history',
    tag: 'looking',
    summary: 'The log of events; go on with the number in `next`.',
    procedure: 'history',
    query: z.strictObject({
      after: seq.optional(),
      limit: number.max(1000).optional(),
      chunk: chunk.optional(),
    }),
    answer: z.strictObject({ seq, events: z.array(event), next: seq.nullable() }),
    refuses: [404, 422],
  },
];

const adding: readonly Operation[] = [
  {
    method: 'post',
    path: '/work-units',
    name: 'add',
    tag: 'adding',
    summary: 'Adds one unit, or a plan of several: whole or not at all.',
    procedure: 'units.add',
    body: 'unit-or-plan',
    answer: change,
    refuses: [409, 422, 503],
  },
  {
    method: 'post',
    path: '/new',
    name: 'create',
    tag: 'adding',
    summary: 'Adds one unit of a trusted agent, named by its goal.',
    procedure: 'units.create',
    answer: change,
    refuses: [409, 422, 503],
  },
  {
    method: 'post',
    path: '/new/plan',
    name: 'plan',
    tag: 'adding',
    summary: 'Adds the units of a plan that is given as text.',
    procedure: 'units.plan',
    answer: change,
    refuses: [409, 422, 503],
  },
  {
    method: 'post',
    path: '/conflicts',
    name: 'report-conflict',
    tag: 'adding',
    summary: 'Says what an analysis has found of two units.',
    procedure: 'conflicts.report',
    answer: change,
    refuses: CHANGES,
  },
];

const acting: readonly Operation[] = [
  ...actions,
  {
    method: 'delete',
    path: '/work-units/{chunk}',
    name: 'delete',
    tag: 'acting',
    summary: 'Removes a unit, as the action remove does.',
    procedure: 'units.remove',
    query: z.strictObject({
      unlink: flag('others wait for it no longer'),
      kill: flag('its run ends first'),
    }),
    without: ['chunk', 'key', 'unlink', 'kill'],
    answer: change,
    refuses: CHANGES,
  },
  {
    method: 'post',
    path: '/bulk',
    name: 'bulk',
    tag: 'acting',
    summary: 'One action on all units that a filter shows, at most 500.',
    procedure: 'units.bulk',
    answer: outputOf('bulk'),
    refuses: [409, 422, 503],
  },
];

const daemon: readonly Operation[] = [
  {
    method: 'get',
    path: '/status',
    name: 'status',
    tag: 'daemon',
    summary: 'Which daemon this is, its settings, and how many units and items there are.',
    procedure: 'status',
    answer: outputOf('status').meta({ id: 'Status' }),
  },
  {
    method: 'post',
    path: '/config',
    name: 'configure',
    tag: 'daemon',
    summary: 'Sets what is given.',
    procedure: 'config.update',
    answer: change,
    refuses: [409, 422, 503],
  },
  {
    method: 'get',
    path: '/notify',
    name: 'notify',
    tag: 'daemon',
    summary: 'How the operator is told of new items.',
    procedure: 'notify.show',
    answer: notifyFacts.meta({ id: 'NotifyFacts' }),
  },
  {
    method: 'post',
    path: '/notify/{channel}',
    name: 'configure-channel',
    tag: 'daemon',
    summary: 'Sets when a channel is used.',
    procedure: 'notify.configure',
    without: ['channel'],
    answer: z.strictObject({ seq }),
    refuses: [409, 422, 503],
  },
  {
    method: 'post',
    path: '/notify/{channel}/test',
    name: 'test-channel',
    tag: 'daemon',
    summary: 'Sends a test by a channel, and says what became of it.',
    procedure: 'notify.test',
    without: ['channel'],
    answer: z.strictObject({ channel, receipt }),
    refuses: [409, 422],
  },
  {
    method: 'post',
    path: '/sign-out',
    name: 'sign-out',
    tag: 'daemon',
    summary: 'Ends the session of a browser; a token stays.',
    procedure: 'access.signOut',
    without: ['all'],
    answer: z.strictObject({ signed_out: z.literal(true) }),
  },
];

export const OPERATIONS: readonly Operation[] = [...looking, ...adding, ...acting, ...daemon];

/** What stands in a path. */
export const PATH_PARTS: Readonly<Record<string, z.ZodType>> = { chunk, run: number, channel };
