/** OpenAI Chat Completions, as much of it as opencode 1.18.33, Qwen Code 0.24.4 and Copilot 1.0.102 need: POST …/chat/completions, streamed. */
import { type ModelServer, sendData, sendJson, serveModel } from './model-server.ts';
import { type Turn, textIn } from './script.ts';

interface Message {
  readonly role: string;
  readonly content: unknown;
}

const usage = { prompt_tokens: 10, completion_tokens: 5, total_tokens: 15 };
let made = 0;

export const chatModel = (): Promise<ModelServer> =>
  serveModel(async ({ path, body, response, next }) => {
    if (!path.endsWith('/chat/completions')) return sendJson(response, 404, { error: { message: path } });
    // Titles are asked for without tools.
    const hasTools = Array.isArray(body.tools) && body.tools.length > 0;
    const step = hasTools ? await next(turnsOf((body.messages ?? []) as readonly Message[])) : { end: 'ok' };
    const chunk = (delta: object, finish_reason: string | null = null) => ({
      id: `chat_${made}`,
      object: 'chat.completion.chunk',
      created: 0,
      model: 'fake',
      choices: [{ index: 0, delta, finish_reason }],
      ...(finish_reason && { usage }),
    });
    if ('end' in step)
      return sendData(response, [
        chunk({ role: 'assistant', content: step.end }),
        chunk({}, 'stop'),
        '[DONE]',
      ]);
    const called = { name: step.use, arguments: JSON.stringify(step.with) };
    const call = { index: 0, id: `call_${process.pid}x${++made}`, type: 'function', function: called };
    sendData(response, [chunk({ role: 'assistant', tool_calls: [call] }), chunk({}, 'tool_calls'), '[DONE]']);
  });

const turnsOf = (messages: readonly Message[]): Turn[] =>
  messages.flatMap(({ role, content }): Turn[] => {
    if (role === 'tool') return [{ who: 'tool', text: textIn(content) }];
    return role === 'user' ? [{ who: 'user', text: textIn(content) }] : [];
  });
