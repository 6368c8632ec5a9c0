/**
 * The Anthropic Messages API, as much of it as Claude Code 2.1.332 needs: POST /v1/messages with and without
 * `stream`, count_tokens. `$PLAN_FILE` in a script is the file that Claude Code names for its plan.
 */
import { type ModelServer, sendEvents, sendJson, serveModel } from './model-server.ts';
import { type ModelStep, type Turn, textIn } from './script.ts';

interface Part {
  readonly type: string;
  readonly content?: unknown;
  readonly text?: string;
}
interface Message {
  readonly role: string;
  readonly content: string | readonly Part[];
}

const USAGE = {
  input_tokens: 10,
  output_tokens: 5,
  cache_creation_input_tokens: 0,
  cache_read_input_tokens: 0,
};

export const anthropicModel = (): Promise<ModelServer> =>
  serveModel(async ({ path, body, response, next }) => {
    if (path.endsWith('/count_tokens')) return sendJson(response, 200, { input_tokens: 10 });
    if (!path.endsWith('/messages'))
      return sendJson(response, 404, { type: 'error', error: { message: path } });
    const messages = (body.messages ?? []) as readonly Message[];
    const hasTools = Array.isArray(body.tools) && body.tools.length > 0;
    // Titles and summaries are asked for without tools.
    const step = hasTools ? await next(turnsOf(messages), namesIn(messages)) : { end: 'ok' };
    const message = messageOf(step, String(body.model));
    if (body.stream === true) sendEvents(response, streamOf(message));
    else sendJson(response, 200, message);
  });

const turnsOf = (messages: readonly Message[]): Turn[] =>
  messages
    .filter(({ role }) => role === 'user')
    .flatMap(({ content }) => (typeof content === 'string' ? [{ type: 'text', text: content }] : content))
    .map((part) =>
      part.type === 'tool_result'
        ? { who: 'tool', text: textIn(part.content) }
        : { who: 'user', text: part.text ?? '' },
    );

function namesIn(messages: readonly Message[]): Record<string, string> {
  const plan = /\/[^\s"'`\\]*\/plans\/[\w-]+\.md/.exec(JSON.stringify(messages))?.[0];
  return plan === undefined ? {} : { PLAN_FILE: plan };
}

let made = 0;
const newId = (kind: string): string => `${kind}_${process.pid}x${++made}`;

function messageOf(step: ModelStep, model: string) {
  const content =
    'end' in step
      ? [{ type: 'text', text: step.end }]
      : [{ type: 'tool_use', id: newId('toolu'), name: step.use, input: step.with }];
  const stop_reason = 'end' in step ? 'end_turn' : 'tool_use';
  return {
    id: newId('msg'),
    type: 'message',
    role: 'assistant',
    model,
    content,
    stop_reason,
    stop_sequence: null,
    usage: USAGE,
  };
}

function streamOf(message: ReturnType<typeof messageOf>): { type: string }[] {
  const { content, stop_reason } = message;
  const blocks = content.flatMap((block, index) => [
    {
      type: 'content_block_start',
      index,
      content_block: 'text' in block ? { type: 'text', text: '' } : { ...block, input: {} },
    },
    {
      type: 'content_block_delta',
      index,
      delta:
        'text' in block
          ? { type: 'text_delta', text: block.text }
          : { type: 'input_json_delta', partial_json: JSON.stringify(block.input) },
    },
    { type: 'content_block_stop', index },
  ]);
  return [
    { type: 'message_start', message: { ...message, content: [], stop_reason: null } },
    ...blocks,
    { type: 'message_delta', delta: { stop_reason, stop_sequence: null }, usage: USAGE },
    { type: 'message_stop' },
  ] as { type: string }[];
}
