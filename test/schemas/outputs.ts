/** What each command prints with `--json`. `npm run schemas` publishes it in docs/schemas. */
import { z } from 'zod';
import type { AgentsReport } from '../../client/cli/doctor/agent-report.ts';
import { HOOK_AGENTS } from '../../client/intake/hooks/hook-agent.ts';
import { DEFAULT_LIMITS } from '../../server/access/limits.ts';
import { TOKEN_ROLES } from '../../shared/access-words.ts';
import type { BoardMessage } from '../../shared/board.ts';
import type { Detail } from '../../shared/detail.ts';
import type { DiffView } from '../../shared/diff.ts';
import { EXECUTOR_KINDS } from '../../shared/executor-words.ts';
import type { CheckedDatabase, Finding } from '../../shared/offline.ts';
import { POLICY_ANSWERS } from '../../shared/policy-words.ts';
import { EVENT_TYPES, event } from './event.ts';
import { channel, notifyFacts, receipt } from './notices.ts';
import * as part from './parts.ts';

export interface Output {
  readonly schema: z.ZodType;
  /** One document a line, as they come; else one document. */
  readonly each?: 'line';
}

const { chunk, count, item, moment, number, phase, seq, status } = part;
const address = z.url();

/** Of what cannot be taken back. */
const wouldBe = {
  would: z.array(event).optional().describe('with --dry-run: the events that would be recorded'),
};
/** What was changed: the number of the last event of it, and what it made or meant. */
export const committed = z
  .strictObject({
    seq,
    result: z.strictObject({
      item: item.optional(),
      items: z.array(item).optional(),
      chunks: z.array(chunk).optional(),
      run: number.optional(),
      token: z.string().optional(),
      ended: count.optional().describe('how many sessions'),
    }),
  })
  .describe('`seq`: the number of the last event of this change; `made`: what it made, or did it to');

const started = z.strictObject({ address, project: z.string(), pid: number });
const opened = z.strictObject({ address, opened: z.boolean(), url: z.string().nullable() });
const cardOfProject = z.strictObject({ project: z.string(), card: part.card });
const place = z.strictObject({
  url: z.string(),
  slug: z.string().describe('what it is called in addresses of the hub'),
  folder: z.string().describe('of its project, on that machine'),
  machine: z.string(),
});

/** What a search among archived units finds. */
export const archived = z.strictObject({
  seq,
  total: count.describe('how many units are archived, whatever is searched'),
  next: count.nullable().describe('go on before it; null at the end'),
  units: z
    .array(
      z.strictObject({
        unit: count.describe('the number of the unit'),
        chunk,
        title: z.string(),
        over_at: moment.describe('since when it is done'),
      }),
    )
    .describe('the latest first'),
});

const answered = z.strictObject({ item, options: z.array(z.string()), text: z.string() });

export const detail: z.ZodType<Detail> = z.strictObject({
  seq,
  chunk,
  title: z.string(),
  goal: z.string(),
  status,
  why: z.string(),
  since: moment,
  priority: z.int(),
  held: part.hold.nullable().describe('why its next phase may not start, if so'),
  retry_due: moment.nullable(),
  closed: part.closing.nullable().describe('why it was closed, if it was'),
  paths: z.array(z.string()),
  external: z.boolean(),
  agent: z.string().nullable(),
  live: number.nullable().describe('the number of the live run'),
  added_at: moment,
  archived_at: moment.nullable().describe('since when it is in the archive'),
  steps: z.array(
    z.strictObject({
      phase,
      command: z.string().nullable(),
      state: z.enum(['finished', 'current', 'to come']),
    }),
  ),
  after: z.array(z.strictObject({ chunk, state: z.enum(['open', 'met', 'unknown']) })),
  before: z.array(chunk).describe('who waits for it'),
  conflicts: z.array(
    z.strictObject({
      ...part.judgedLine,
      chunk,
      dropped: z.boolean().describe('its order would have closed a cycle'),
    }),
  ),
  work: part.unitWork.nullable().describe('null: it works in the folder of the project'),
  runs: z.array(
    z.strictObject({
      number,
      phase,
      agent: z.string(),
      executor: z.string().nullable().describe('where it works; null: on this machine'),
      machine: z.string().nullable().describe('what the machine of its carrier calls itself'),
      started_at: moment,
      ended_at: moment.nullable(),
      outcome: part.outcome.nullable(),
      said: z.string().describe('how it ended, in words; or that it is live'),
      usage: part.usage.nullable(),
    }),
  ),
  items: z.array(
    z.strictObject({
      id: item,
      version: number,
      kind: part.kind,
      code: part.itemCode.nullable(),
      prompt: z.string(),
      asked_at: moment,
      state: part.itemState,
      wait: part.wait,
      answer: part.answer.nullable(),
      said: z.string().describe('the answer in words'),
      answered_by: z.string().nullable(),
      answered_via: part.door.nullable(),
      answered_by_rule: part.ruleName.nullable(),
      answered_at: moment.nullable(),
      delivery: z
        .enum(['undelivered', 'given', 'delivered', 'never'])
        .nullable()
        .describe('how far the answer has come; null: there is nothing that somebody is to get'),
      given_to: count.nullable().describe('the latest run that was given the answer when it started'),
      delivered_to: count
        .nullable()
        .describe('the run that used the answer: its asker has it, or it was given it and ended well'),
      delivered_at: moment.nullable(),
      withdrawn_why: z.string().nullable(),
    }),
  ),
  rules: z
    .array(part.policyRule.extend({ said: z.string() }))
    .describe('what you have allowed in this unit, and are not asked about again'),
  usage: part.usage.nullable(),
  budget: count.nullable().describe('millionths of a dollar after which you are asked; null: never'),
  history: z
    .array(
      z.strictObject({
        seq,
        at: moment,
        who: z.string(),
        door: part.door,
        type: z.enum(EVENT_TYPES),
        run: number.nullable().describe('the run that it is about'),
        what: z.string(),
      }),
    )
    .describe('the last 100, in order; `signalbox history` prints all'),
  earlier: seq.nullable().describe('there is more: ask for what happened before this number'),
  time: z
    .strictObject({
      from: moment,
      to: moment,
      spans: z.array(
        z.strictObject({ use: z.enum(['running', 'waiting', 'blocked']), from: moment, to: moment }),
      ),
    })
    .describe('the last 12 hours; waiting: for the operator; blocked: for anything else'),
});

const waits = z
  .strictObject({
    at: moment,
    waited_ms: count.describe('the sum over all units, since midnight'),
    waiting: count.describe('how many units wait'),
    oldest: z.strictObject({ chunk, asked_at: moment }).nullable(),
  })
  .describe('how long units have waited for you today');

export const snapshot = z.strictObject({
  epoch: z.string(),
  build: z.string(),
  seq,
  rows: z.array(part.anyRow),
});
const news = z.strictObject({
  seq,
  put: z.array(part.anyRow),
  drop: z.array(z.string()).describe('keys of rows'),
});
const message: z.ZodType<BoardMessage> = z
  .strictObject({ build: z.string(), snapshot: snapshot.nullable(), news: news.nullable() })
  .describe('a new beginning (`snapshot`), or what changed since the message before it (`news`)');

const findings: z.ZodType<Finding[]> = z.array(
  z.strictObject({
    what: z.string(),
    status: z.enum(['good', 'note', 'bad']).describe('note: works, but somebody should know'),
    message: z.string(),
  }),
);

const trial = z.strictObject({
  what: z.enum(['permission', 'question', 'ask_human', 'live turn']),
  result: z.enum(['passed', 'failed', 'not tried']),
  code: z
    .enum([
      'arrived',
      'not-installed',
      'no-script',
      'no-tool',
      'only-live',
      'not-asked',
      'no-effect',
      'not-heard',
      'ended',
      'silent',
    ])
    .describe('why it was not tried, or how it failed'),
  ms: count
    .nullable()
    .describe('from the question on the card until the answer had arrived; of a live turn, all of it'),
  detail: z.string().describe('what the agent said: untrusted text'),
});

const agentTrials: z.ZodType<AgentsReport> = z
  .strictObject({
    signalbox_json: z
      .enum(['absent', 'new', 'changed', 'trusted'])
      .describe('its agents are tried where it is trusted'),
    agents: z.array(
      z.strictObject({
        name: z.string(),
        configured: z.boolean(),
        driver: z.enum(['acp', 'claude -p', 'command']),
        like: z.string().nullable().describe('the known agent that it is like'),
        program: z.string().describe('as its command names it'),
        path: z.string().nullable().describe('null: it is not on PATH'),
        version: z.string().nullable(),
        ms: count.nullable().describe('all that was tried with a scripted model'),
        trials: z.array(trial),
        elsewhere: z.array(z.string()).describe('hosts that it wanted to reach, and was refused'),
      }),
    ),
  })
  .describe('with --agents');

const token = z.strictObject({
  id: z.string(),
  role: z.enum(TOKEN_ROLES),
  name: z.string(),
  origin: z.string().nullable().describe('embed: its page'),
  may_answer: z.boolean(),
  chunk: chunk.nullable().describe('agent: its unit'),
  added_at: moment,
});
const session = z.strictObject({ id: z.string(), opened_at: moment, renewed_at: moment });
const origins = z.strictObject({ origins: z.array(z.url()) });
const limits = z.strictObject({
  limits: z.strictObject(
    Object.fromEntries(Object.keys(DEFAULT_LIMITS).map((name) => [name, number])) as Record<string, z.ZodInt>,
  ),
});

const sides = <T extends z.ZodType>(each: T) =>
  z.strictObject({ old: each.nullable(), new: each.nullable() }).nullable();
const range = z.tuple([count, count]);
const line = z.strictObject({
  kind: z.enum(['context', 'added', 'deleted']),
  old: number.nullable().describe('its number before; null: it is new'),
  new: number.nullable(),
  text: z.string(),
  cut: z.exactOptional(z.literal(true)).describe('the line is longer'),
  unended: z.exactOptional(z.literal(true)).describe('the file ends here, without a line feed'),
  words: z.exactOptional(z.array(range)).describe('what changed within the line: from, to'),
});
export const diff: z.ZodType<DiffView> = z.strictObject({
  from: z.string(),
  to: z.string(),
  stat: part.changeStat,
  query: z.strictObject({ file: z.string().nullable(), page: number }),
  pages: number,
  files: z.array(
    z.strictObject({
      file: z.string().describe('the exact name; what is not plain text is written as %0A'),
      path: z.string(),
      old_path: z.string().nullable(),
      status: z.enum([
        'added',
        'deleted',
        'modified',
        'renamed',
        'copied',
        'type-changed',
        'mode-changed',
        'unmerged',
      ]),
      old_mode: z.string().nullable(),
      new_mode: z.string().nullable(),
      lines: z.strictObject({ added: count, deleted: count }).nullable().describe('null: binary'),
      sizes: sides(count).describe('of a binary file, in bytes'),
      commits: sides(z.string()).describe('of a submodule'),
      hunks: z.array(
        z.strictObject({
          old_start: count,
          old_count: count,
          new_start: count,
          new_count: count,
          section: z.string().describe('the function, class or chapter that it stands in'),
          lines: z.array(line),
        }),
      ),
      left_out: count.describe('changed lines that are not in `hunks`'),
    }),
  ),
});

const copied = { file: z.string(), events: count, units: count, items: count };
const checked: z.ZodType<CheckedDatabase> = z.strictObject({
  events: count,
  units: count,
  items: count,
  differences: z
    .array(
      z.discriminatedUnion('code', [
        z.strictObject({ code: z.enum(['gap', 'fold']), seq: number.describe('the event') }),
        z.strictObject({ code: z.literal('unit'), chunk: z.string() }),
        z.strictObject({
          code: z.enum(['settings', 'agents', 'executors', 'tokens', 'sessions', 'notifications']),
        }),
      ]),
    )
    .describe('empty: the tables are what the log says'),
});

/** By the name of the command. */
export const OUTPUTS: Readonly<Record<string, Output>> = {
  start: { schema: started },
  hub: { schema: started },
  'hub open': { schema: opened },
  'hub stop': { schema: z.strictObject({ project: z.string(), pid: number }) },
  'hub add': { schema: place },
  'hub remove': { schema: place },
  'hub places': { schema: z.array(place) },
  stop: { schema: z.strictObject({ project: z.string(), pid: number }) },
  'hooks status': {
    schema: z.array(
      z.strictObject({
        agent: z.enum(HOOK_AGENTS),
        status: z
          .enum(['absent', 'installed', 'incomplete', 'broken'])
          .describe('incomplete: some of it is gone; broken: what it calls is gone'),
        path: z.string().describe('the file with the settings'),
        missing: z.array(z.string()).describe('the programs of the command that are gone'),
        command: z.string().nullable().describe('what the agent calls'),
        can: z.string().describe('what its hooks can do, and what not'),
      }),
    ),
  },
  status: {
    schema: z.strictObject({
      project: z.string(),
      address: address.describe('where browsers sign in'),
      local_address: address.describe('where programs on this machine come with a token'),
      pid: number,
      started_at: moment,
      notices: z
        .array(
          z.strictObject({ code: z.enum(['port-moved', 'one-family', 'process-1']), message: z.string() }),
        )
        .describe('what somebody should know of how it runs'),
      read_only: z.boolean(),
      build: z.string(),
      seq,
      units: part.units,
      items: count.describe('open attention items'),
      waits,
      settings: part.settings,
      agents: z.strictObject({ digest: part.digest, names: z.array(z.string()) }),
    }),
  },
  'service status': {
    schema: z.strictObject({
      manager: z.enum(['systemd', 'launchd']),
      name: z.string(),
      path: z.string().describe('the file of the service, or where it would be'),
      installed: z.boolean(),
      active: z.boolean().describe('it runs as a service now'),
    }),
  },
  'notify show': { schema: notifyFacts },
  'notify set': { schema: z.strictObject({ seq }) },
  'notify test': { schema: z.strictObject({ channel, receipt }) },
  add: { schema: z.strictObject({ seq, chunks: z.array(chunk) }) },
  ls: { schema: z.array(part.cell) },
  show: { schema: detail },
  attention: {
    schema: z
      .union([z.array(part.card), z.array(cardOfProject)])
      .describe('first things first; with --all each beside the folder of its project'),
  },
  ask: {
    schema: z
      .union([answered, z.array(answered)])
      .describe('the answer; with --questions a list, in the order of the questions'),
  },
  answer: { schema: z.strictObject({ seq, item }) },
  logs: {
    schema: z.strictObject({
      run: number,
      from: count.describe('bytes'),
      to: count.describe('bytes'),
      text: z.string(),
      ended: z.boolean().describe('nothing will follow'),
    }),
    each: 'line',
  },
  watch: { schema: message, each: 'line' },
  'token add': {
    schema: z.strictObject({ seq, id: z.string(), token: z.string().regex(/^[A-Za-z0-9_-]{43}$/) }),
  },
  'token list': { schema: z.strictObject({ tokens: z.array(token), sessions: z.array(session) }) },
  'token revoke': { schema: committed.extend(wouldBe) },
  'sign-out': { schema: committed.extend(wouldBe) },
  'origin add': { schema: origins },
  'origin remove': { schema: origins },
  'origin list': { schema: origins },
  'limits show': { schema: limits },
  'limits set': { schema: limits },
  'policy ls': {
    schema: z.strictObject({
      path: z.string().describe('your rule file, or where it would be'),
      problem: z.string().nullable().describe('why it cannot be used; then everything is asked'),
      rules: z.array(part.policyRule),
      units: z.array(part.policyRule.extend({ chunk })).describe('what you have allowed for single units'),
    }),
  },
  'policy check': {
    schema: z.strictObject({
      answer: z.enum(POLICY_ANSWERS),
      rule: part.ruleName.nullable().describe('null: no rule is about it'),
      problem: z.string().nullable(),
      plain: z
        .boolean()
        .nullable()
        .describe('whether a command is plain words only: a pattern allows no other; null: it is no command'),
      paths: z.array(
        z.strictObject({
          given: z.string(),
          real: z
            .string()
            .nullable()
            .describe('where it leads, with links followed; null: that cannot be told'),
        }),
      ),
    }),
  },
  usage: {
    schema: z.strictObject({
      by: z.enum(['unit', 'agent', 'day']),
      rows: z
        .array(z.strictObject({ name: z.string(), usage: part.usage }))
        .describe('the most expensive first; days in order'),
      total: part.usage,
      today: z.strictObject({
        day: z.string(),
        micro_usd: count,
        budget_usd: z.number().describe('0: none'),
      }),
    }),
  },
  executors: {
    schema: z.array(
      z.strictObject({
        name: z.string(),
        kind: z.enum(EXECUTOR_KINDS),
        ssh: z.string().nullable().describe('where ssh connects; null: it is not reached by ssh'),
        folder: z.string(),
        room: number,
        at_work: count,
        reached: z.boolean(),
        problem: z
          .string()
          .nullable()
          .describe('why it is not reached; null: it is, or it was not tried yet'),
      }),
    ),
  },
  'executors set': { schema: z.array(z.string()) },
  'policy path': { schema: z.strictObject({ path: z.string() }) },
  'policy remove': { schema: committed },
  audit: {
    schema: z.strictObject({
      events: z.array(event),
      refused: z
        .array(
          z.strictObject({
            what: z.string(),
            host: z.string(),
            origin: z.string(),
            times: number,
            first_at: moment,
            last_at: moment,
          }),
        )
        .describe('latest first'),
    }),
  },
  trust: {
    schema: z
      .strictObject({
        path: z.string(),
        status: z.enum(['new', 'changed', 'trusted']),
        digest: part.digest,
        agents: z.array(part.agent),
        work: part.workSettings,
      })
      .describe('what was looked at, and how it stood before; whether it is trusted now, the exit code says'),
  },
  doctor: { schema: z.union([findings, agentTrials]) },
  wait: { schema: z.strictObject({ seq, chunk, status }) },
  retry: { schema: committed },
  kill: { schema: committed.extend(wouldBe) },
  interrupt: { schema: committed },
  hold: { schema: committed },
  release: { schema: committed },
  prioritize: { schema: committed },
  link: { schema: committed },
  unlink: { schema: committed },
  edit: { schema: committed },
  close: { schema: committed.extend(wouldBe) },
  rm: { schema: committed.extend(wouldBe) },
  snooze: { schema: committed },
  wake: { schema: committed },
  undo: { schema: committed },
  withdraw: { schema: committed.extend(wouldBe) },
  resolve: { schema: committed },
  conflict: { schema: committed },
  report: { schema: committed },
  'config show': { schema: part.settings },
  'config update': { schema: committed },
  conflicts: {
    schema: z.array(
      z.strictObject({
        ...part.judgedLine,
        chunk,
        other_chunk: chunk,
      }),
    ),
  },
  bulk: {
    schema: committed.extend({
      refused: z.array(z.strictObject({ chunk, code: part.refusalCode, message: z.string() })),
      left: count.describe('how many more the filter shows: they were not touched'),
      ...wouldBe,
    }),
  },
  diff: { schema: diff },
  merge: { schema: committed },
  backup: { schema: z.strictObject(copied) },
  restore: {
    schema: z.strictObject({
      ...copied,
      aside: z.string().describe('the folder with what was there before'),
      dry_run: z.boolean().describe('true: nothing was changed'),
    }),
  },
  'database copy': {
    schema: z.strictObject({
      from: z.string().describe('where it was: never with a password'),
      to: z.string(),
      events: copied.events,
      units: copied.units,
      items: copied.items,
    }),
  },
  check: { schema: checked },
  du: {
    schema: z.strictObject({
      bytes: count.describe('in all'),
      parts: z
        .array(
          z.strictObject({
            what: z.enum([
              'events',
              'packed',
              'keys',
              'facts',
              'free',
              'output',
              'worktrees',
              'copies',
              'other',
            ]),
            bytes: count,
            path: z.string().describe('the file or folder that it is in'),
          }),
        )
        .describe('the largest first'),
    }),
  },
  import: { schema: z.strictObject({ events: count, keys: count.describe('executed mutations, by key') }) },
  'worktree ls': {
    schema: z.array(
      z.strictObject({
        chunk,
        path: z.string(),
        branch: z.string(),
        base: z.string().nullable(),
        made_at: moment.nullable(),
        pruned_at: moment.nullable(),
        kept: z.string().nullable().describe('the ref that keeps it'),
        changes: part.changeStat.nullable(),
        end: z.enum(['merged', 'left', 'discarded']).nullable(),
      }),
    ),
  },
  'worktree path': { schema: z.strictObject({ path: z.string() }) },
  'worktree prune': {
    schema: z.strictObject({
      dry_run: z.boolean(),
      ref: z.string().nullable(),
      ignored: z.array(z.strictObject({ name: z.string(), bytes: count })).describe('what no snapshot holds'),
    }),
  },
  'worktree restore': { schema: z.strictObject({ path: z.string() }) },
  'worktree forget': {
    schema: z.strictObject({
      forgotten: z.boolean(),
      dry_run: z.boolean(),
      refs: z.array(z.string()).describe('what was dropped, or with --dry-run would be'),
    }),
  },
  archive: { schema: archived },
  history: {
    schema: z.strictObject({
      events: z.array(event),
      next: seq.nullable().describe('go on with --after; null at the end'),
    }),
  },
  url: { schema: z.strictObject({ address }) },
  open: { schema: opened },
};

/** What a command prints last that the daemon has refused. */
export const REFUSED = z.strictObject({
  error: z.strictObject({
    code: part.refusalCode,
    message: z.string().describe('for a person; it may be worded anew at any time'),
    field: z.string().nullable().describe('the input that is wrong'),
  }),
});

/** Commands that print nothing for programs, and why. */
export const WITHOUT: Readonly<Record<string, string>> = {
  carry: 'an executor starts it; with `--detach` it prints the number of a process',
  '': 'it prints help',
  config: 'it is `config show`',
  notify: 'it is `notify show`',
  token: 'it is `token list`',
  policy: 'it is `policy ls`',
  worktree: 'it is `worktree ls`',
  origin: 'it is `origin list`',
  limits: 'it is `limits show`',
  database: 'it prints help',
  completion: 'it prints a script for a shell',
  export: 'what it prints is lines of JSON: backup.md says which',
  hook: 'it prints what an agent reads of its hooks',
  hooks: 'it prints help',
  service: 'it is `service status`',
  'service install': 'it shows a person what it would write',
  'service uninstall': 'it shows a person what it would remove',
  'hooks install': 'it shows a person what it would write',
  'hooks uninstall': 'it prints nothing',
  mcp: 'it prints messages of the Model Context Protocol',
  acp: 'it prints the transcript of the agent that it leads',
  claude: 'it prints what Claude Code does',
};
