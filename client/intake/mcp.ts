/**
 * `signalbox mcp`, for agents that speak the Model Context Protocol: `ask_human`, `notify`, `report` and `my_unit`, and
 * `approve`, which Claude Code asks before it does what needs permission (`--permission-prompt-tool`).
 */
import { randomBytes } from 'node:crypto';
import type { AskerWait } from '../../shared/item-words.ts';
import { isSaid } from '../daemon/daemon-client.ts';
import { type AskedQuestion, type Replies, Withdrawn, waitFor } from './ask.ts';
import { callKey } from './call-key.ts';
import { type Call, type CallOutcome, isObject, type Methods, RpcError } from './json-rpc.ts';
import { type HumanQuestion, questionsIn, TOOLS, WrongInput } from './mcp-tools.ts';
import type { OwnUnit } from './own-unit.ts';
import { permissionFor, saidBy } from './permission.ts';
import { subjectOf } from './tool-call.ts';

/** What the tools need of the world. */
export interface Intake {
  /** Marks the run, so that a call repeated in it is the same question. */
  readonly marker: string;
  readonly folder: string;
  readonly version: string;
  /** `asker_waits` undefined: for as long as it takes. */
  ask(
    questions: readonly AskedQuestion[],
    key: string,
    over: AbortSignal,
    asker_waits?: AskerWait,
  ): Promise<Replies>;
  /** Notes that a call was refused because nobody could be asked. */
  refused(call: { readonly key: string; readonly tool: string; readonly subject: string }): Promise<void>;
  readonly unit: Pick<OwnUnit, 'notify' | 'report' | 'look'>;
  /** Called when the host has said who it is. */
  met?(client: Client): void;
  /** How long the host waits for a call, in milliseconds, where somebody has said so. */
  readonly patience?: number | undefined;
}

/** Newest first. A client that wants another gets the newest and decides for itself. */
const PROTOCOLS = ['2025-11-25', '2025-06-18', '2025-03-26', '2024-11-05'];

/** Clients give a call up that says nothing for a minute or more. */
const PROGRESS_MS = 20_000;

/** How a host calls itself. */
export interface Client {
  readonly name: string;
  readonly title: string;
}

/** Hosts that give a call up after so long, whatever word they are sent of it: with some seconds to spare. */
const SHORT_PATIENCE: readonly (readonly [name: RegExp, ms: number])[] = [
  [/^codex/i, 290_000],
  [/^(gemini|qwen)/i, 590_000],
];
/** What most hosts give a call of which they want no word meanwhile, with some seconds to spare. */
const SILENT_PATIENCE_MS = 50_000;

const NO_ANSWER_YET =
  'No answer yet: call again with the same words. The question stays open, and the answer waits for you.';

export function mcpMethods(intake: Intake): Methods {
  let client: Client = { name: '', title: '' };
  return {
    initialize: ({ params: { protocolVersion, clientInfo } }) => {
      client = clientIn(clientInfo);
      intake.met?.(client);
      return {
        result: {
          protocolVersion: PROTOCOLS.find((each) => each === protocolVersion) ?? PROTOCOLS[0],
          capabilities: { tools: {} },
          serverInfo: { name: 'signalbox', version: intake.version },
        },
      };
    },
    ping: () => ({ result: {} }),
    'tools/list': () => ({ result: { tools: TOOLS } }),
    'tools/call': (call) => withProgress(call, () => callTool(intake, client, call)),
  };
}

/** At most one line each: they become the name and the title of a unit. */
function clientIn(info: unknown): Client {
  const { name, title } = isObject(info) ? info : {};
  const line = (text: unknown) =>
    typeof text === 'string'
      ? text
          .slice(0, 60)
          .replace(/[\p{Cc}\s]+/gu, ' ')
          .trim()
      : '';
  return { name: line(name), title: line(title) || line(name) };
}

async function callTool(intake: Intake, client: Client, call: Call): Promise<CallOutcome> {
  const { signal } = call;
  const { name, arguments: given } = call.params;
  const input = isObject(given) ? given : {};
  switch (name) {
    case 'approve':
      return approve(intake, input, signal);
    case 'ask_human':
      return askHuman(intake, input, call, patienceFor(intake, client, call));
    case 'notify':
      return toldOf(intake, (unit) => unit.notify(input, signal), signal);
    case 'report':
      return toldOf(intake, (unit) => unit.report(input, signal), signal);
    case 'my_unit':
      return toldOf(intake, (unit) => unit.look(signal), signal);
    default:
      throw new RpcError(
        'params',
        `There is no such tool. There are: ${TOOLS.map((tool) => tool.name).join(', ')}.`,
      );
  }
}

/** How long the host waits for a call, in milliseconds; null: for as long as it is sent word of it. */
function patienceFor({ patience }: Intake, { name }: Client, { params }: Call): number | null {
  if (patience !== undefined) return patience;
  const [, short] = SHORT_PATIENCE.find(([pattern]) => pattern.test(name)) ?? [];
  return short ?? (progressToken(params) === null ? SILENT_PATIENCE_MS : null);
}

function progressToken({ _meta }: Call['params']): string | number | null {
  const { progressToken: token } = isObject(_meta) ? _meta : {};
  return typeof token === 'string' || typeof token === 'number' ? token : null;
}

/** Says every now and then that the call is still waited for. */
async function withProgress(
  { params, notify }: Call,
  work: () => Promise<CallOutcome>,
): Promise<CallOutcome> {
  const token = progressToken(params);
  if (token === null) return work();
  let progress = 0;
  const message = 'waiting for the operator';
  const timer = setInterval(
    () => notify('notifications/progress', { progressToken: token, progress: ++progress, message }),
    PROGRESS_MS,
  );
  try {
    return await work();
  } finally {
    clearInterval(timer);
  }
}

const saying = (text: string, more: { sent?: () => Promise<void>; isError?: true } = {}): CallOutcome => {
  const { sent, ...flags } = more;
  return { result: { content: [{ type: 'text', text }], ...flags }, ...(sent && { sent }) };
};

const keyFor = ({ marker }: Intake, call: unknown): string =>
  callKey(marker, typeof call === 'string' && call !== '' ? call : randomBytes(16).toString('hex'));

async function approve(
  intake: Intake,
  given: Readonly<Record<string, unknown>>,
  signal: AbortSignal,
): Promise<CallOutcome> {
  const { tool_name: tool, input, tool_use_id: id } = given;
  if (typeof tool !== 'string' || !/^[\w.:/-]{1,200}$/.test(tool) || !isObject(input))
    throw new RpcError('params', 'approve needs tool_name, input and tool_use_id.');
  const key = keyFor(intake, id);
  try {
    const { questions, decide } = permissionFor({ tool, input, folder: intake.folder });
    const { replies, confirm } = await intake.ask(questions, key, signal);
    return saying(JSON.stringify(decide(replies)), { sent: confirm });
  } catch (error) {
    signal.throwIfAborted();
    const message = await whyNot(intake, { key, tool, subject: subjectOf(input) }, error);
    return saying(JSON.stringify({ behavior: 'deny', message }));
  }
}

async function askHuman(
  intake: Intake,
  input: Readonly<Record<string, unknown>>,
  { params, signal }: Call,
  patience: number | null,
): Promise<CallOutcome> {
  const meta = isObject(params._meta) ? params._meta : {};
  const key = keyFor(intake, meta['claudecode/toolUseId'] ?? meta.callId);
  const late = patience === null ? null : AbortSignal.timeout(patience);
  try {
    const questions = questionsIn(input);
    const over = late === null ? signal : AbortSignal.any([signal, late]);
    const asked = questions.map((question) => question.asked);
    const wait = patience === null ? undefined : waitFor(patience, 'here');
    const { replies, confirm } = await intake.ask(asked, key, over, wait);
    return saying(asWords(answersTo(questions, replies)), { sent: confirm });
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof WrongInput) return saying(error.message, { isError: true });
    if (error instanceof Withdrawn) return saying(`${error.message} Decide yourself, and say so.`);
    if (late?.aborted && !isSaid(error)) return saying(NO_ANSWER_YET);
    return saying(await whyNot(intake, { key, tool: 'ask_human', subject: subjectOf(input) }, error), {
      isError: true,
    });
  }
}

/** Of several questions, each with its answer. */
function answersTo(questions: readonly HumanQuestion[], replies: Replies['replies']): string {
  const said = replies.map((reply, nth) => saidBy(reply, questions[nth]?.labels ?? []));
  if (said.length === 1) return said[0] ?? '';
  return said.map((answer, nth) => `${questions[nth]?.asked.prompt}\n${answer}`).join('\n\n');
}

/** A call for which no person is waited. */
async function toldOf(
  { unit }: Intake,
  work: (unit: Intake['unit']) => Promise<string>,
  signal: AbortSignal,
): Promise<CallOutcome> {
  try {
    return saying(await work(unit));
  } catch (error) {
    signal.throwIfAborted();
    return saying(error instanceof Error ? error.message : String(error), { isError: true });
  }
}

/** Gemini CLI reads a text that is JSON as data, and fails where it is a number: "8080" would be lost. */
function asWords(text: string): string {
  try {
    JSON.parse(text);
    return `The operator answers: ${text}`;
  } catch {
    return text;
  }
}

/** A refusal in nobody's name is a fact of the run; that the operator withdrew is theirs. */
async function whyNot(
  intake: Intake,
  call: Parameters<Intake['refused']>[0],
  error: unknown,
): Promise<string> {
  const why = error instanceof Error ? error.message : String(error);
  if (error instanceof Withdrawn) return `${why} Nobody has allowed this.`;
  await intake.refused(call);
  return `The operator could not be asked: ${why}`;
}
