/**
 * The tools of `signalbox mcp`, for agents that speak the Model Context Protocol: `approve`, which Claude Code asks
 * before it does what needs permission (`--permission-prompt-tool`), and `ask_human`.
 */
import { randomBytes } from 'node:crypto';
import type { AskedQuestion, Replies } from './ask.ts';
import { Withdrawn } from './ask.ts';
import { callKey } from './call-key.ts';
import { type Call, type CallOutcome, isObject, type Methods, RpcError } from './json-rpc.ts';
import { optionsOf, permissionFor, saidBy } from './permission.ts';
import { subjectOf } from './tool-call.ts';

/** What the tools need of the world. */
export interface Intake {
  /** Marks the run, so that a call repeated in it is the same question. */
  readonly marker: string;
  readonly folder: string;
  readonly version: string;
  ask(questions: readonly AskedQuestion[], key: string, over: AbortSignal): Promise<Replies>;
  /** Notes that a call was refused because nobody could be asked. */
  refused(call: { readonly key: string; readonly tool: string; readonly subject: string }): Promise<void>;
}

/** Newest first. A client that wants another gets the newest and decides for itself. */
const PROTOCOLS = ['2025-11-25', '2025-06-18', '2025-03-26', '2024-11-05'];

/** Clients give a call up that says nothing for a minute or more. */
const PROGRESS_MS = 20_000;

const TEXT = { type: 'string' };

export const TOOLS = [
  {
    name: 'ask_human',
    description:
      'Ask the person who runs this work, and wait for the answer, which may take hours. Ask what the code and the instructions cannot decide; not for confirmation of what you were told to do.',
    inputSchema: {
      type: 'object',
      properties: {
        question: { ...TEXT, description: 'with what one must know to answer it' },
        options: {
          type: 'array',
          maxItems: 50,
          items: { type: 'object', properties: { label: TEXT, description: TEXT }, required: ['label'] },
        },
        multiple: { type: 'boolean', description: 'more than one option may be chosen' },
      },
      required: ['question'],
    },
    // Some agents want permission for a tool that does not say so.
    annotations: { readOnlyHint: true, destructiveHint: false, openWorldHint: false },
  },
  {
    name: 'approve',
    description: 'Asks the operator about a permission prompt of Claude Code.',
    inputSchema: {
      type: 'object',
      properties: { tool_name: TEXT, input: { type: 'object' }, tool_use_id: TEXT },
      required: ['tool_name', 'input'],
    },
  },
];

export const mcpMethods = (intake: Intake): Methods => ({
  initialize: ({ params: { protocolVersion } }) => ({
    result: {
      protocolVersion: PROTOCOLS.find((each) => each === protocolVersion) ?? PROTOCOLS[0],
      capabilities: { tools: {} },
      serverInfo: { name: 'signalbox', version: intake.version },
    },
  }),
  ping: () => ({ result: {} }),
  'tools/list': () => ({ result: { tools: TOOLS } }),
  'tools/call': (call) => withProgress(call, () => callTool(intake, call)),
});

async function callTool(intake: Intake, { params, signal }: Call): Promise<CallOutcome> {
  const { name, arguments: given, _meta: meta } = params;
  const input = isObject(given) ? given : {};
  if (name === 'approve') return approve(intake, input, signal);
  if (name === 'ask_human') return askHuman(intake, input, isObject(meta) ? meta : {}, signal);
  throw new RpcError('params', 'There are the tools ask_human and approve.');
}

/** Says every now and then that the call is still waited for. */
async function withProgress(
  { params, notify }: Call,
  work: () => Promise<CallOutcome>,
): Promise<CallOutcome> {
  const { progressToken } = isObject(params._meta) ? params._meta : {};
  if (typeof progressToken !== 'string' && typeof progressToken !== 'number') return work();
  let progress = 0;
  const message = 'waiting for the operator';
  const timer = setInterval(
    () => notify('notifications/progress', { progressToken, progress: ++progress, message }),
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
  meta: Readonly<Record<string, unknown>>,
  signal: AbortSignal,
): Promise<CallOutcome> {
  const { question, options = [], multiple = false } = input;
  if (typeof question !== 'string' || question.trim() === '')
    return saying('question: say what you want to know.', { isError: true });
  const key = keyFor(intake, meta['claudecode/toolUseId'] ?? meta.callId);
  try {
    const offered = optionsOf(options);
    const numbered = offered.map((option, nth) => ({ ...option, id: String(nth + 1) }));
    const asked = { prompt: question, options: numbered, multiple: multiple === true };
    const { replies, confirm } = await intake.ask([asked], key, signal);
    const said = replies.map((reply) =>
      saidBy(
        reply,
        offered.map(({ label }) => label),
      ),
    );
    return saying(asWords(said.join('\n')), { sent: confirm });
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof Withdrawn) return saying(`${error.message} Decide yourself, and say so.`);
    return saying(await whyNot(intake, { key, tool: 'ask_human', subject: subjectOf(input) }, error), {
      isError: true,
    });
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
