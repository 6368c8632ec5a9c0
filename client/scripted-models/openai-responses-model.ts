/**
 * The OpenAI Responses API, as much of it as Codex 0.166.0 needs: POST …/responses, streamed, and a list of no models.
 * MCP tools come in namespaces: `mcp__signalbox` holds `ask_human`.
 */
import { type ModelServer, sendEvents, sendJson, serveModel } from './model-server.ts';
import { type ModelStep, type Turn, textIn } from './script.ts';

interface Entry {
  readonly type?: string;
  readonly role?: string;
  readonly content?: unknown;
  readonly output?: unknown;
}
interface Tool {
  readonly type: string;
  readonly name?: string;
  readonly tools?: readonly { readonly name: string }[];
}

const USAGE = { input_tokens: 10, output_tokens: 5, total_tokens: 15 };

export const responsesModel = (): Promise<ModelServer> =>
  serveModel(async ({ path, body, response, next }) => {
    if (path.endsWith('/models')) return sendJson(response, 200, { object: 'list', data: [], models: [] });
    if (!path.endsWith('/responses')) return sendJson(response, 404, { error: { message: path } });
    const step = await next(turnsOf((body.input ?? []) as readonly Entry[]));
    const whole = responseOf(step, (body.tools ?? []) as readonly Tool[], String(body.model));
    sendEvents(response, streamOf(whole));
  });

const turnsOf = (input: readonly Entry[]): Turn[] =>
  input.flatMap(({ type, role, content, output }): Turn[] => {
    if (type === 'function_call_output') return [{ who: 'tool', text: textIn(output) }];
    return role === 'user' ? [{ who: 'user', text: textIn(content) }] : [];
  });

let made = 0;
const newId = (kind: string): string => `${kind}_${process.pid}x${++made}`;

function itemOf(step: ModelStep, tools: readonly Tool[]) {
  if ('end' in step) {
    const content = [{ type: 'output_text', text: step.end, annotations: [] }];
    return { type: 'message', id: newId('msg'), role: 'assistant', status: 'completed', content };
  }
  const space = tools.find(({ name, tools: inner }) =>
    inner?.some((each) => `${name}__${each.name}` === step.use),
  );
  const named = space?.name
    ? { name: step.use.slice(space.name.length + 2), namespace: space.name }
    : { name: step.use };
  const ids = { id: newId('fc'), call_id: newId('call') };
  return {
    type: 'function_call',
    ...ids,
    ...named,
    arguments: JSON.stringify(step.with),
    status: 'completed',
  };
}

const responseOf = (step: ModelStep, tools: readonly Tool[], model: string) => ({
  id: newId('resp'),
  object: 'response',
  created_at: 0,
  status: 'completed',
  model,
  output: [itemOf(step, tools)],
  usage: USAGE,
});

function streamOf(response: ReturnType<typeof responseOf>): { type: string }[] {
  const events = response.output.flatMap((item, output_index) => [
    { type: 'response.output_item.added', output_index, item: { ...item, status: 'in_progress' } },
    { type: 'response.output_item.done', output_index, item },
  ]);
  const begun = { ...response, status: 'in_progress', output: [], usage: null };
  const all = [
    { type: 'response.created', response: begun },
    ...events,
    { type: 'response.completed', response },
  ];
  return all.map((event, sequence_number) => ({ ...event, sequence_number }));
}
