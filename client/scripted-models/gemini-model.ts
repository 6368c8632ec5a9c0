/** The Gemini API, as much of it as Gemini CLI 0.61.0 needs: …:generateContent, :streamGenerateContent, :countTokens. */
import { type ModelRequest, type ModelServer, sendData, sendJson, serveModel } from './model-server.ts';
import type { ModelStep, Turn } from './script.ts';

interface Part {
  readonly text?: string;
  readonly functionResponse?: { readonly response?: { readonly output?: string } };
}
interface Content {
  readonly role: string;
  readonly parts?: readonly Part[];
}
type Schema = Readonly<{
  type?: unknown;
  enum?: readonly unknown[];
  properties?: Readonly<Record<string, Schema>>;
}>;

const usageMetadata = { promptTokenCount: 10, candidatesTokenCount: 5, totalTokenCount: 15 };

export const geminiModel = (): Promise<ModelServer> =>
  serveModel(async ({ path, body, response, next }) => {
    if (path.endsWith(':countTokens')) return sendJson(response, 200, { totalTokens: 10 });
    if (!/:(generateContent|streamGenerateContent)$/.test(path))
      return sendJson(response, 404, { error: { code: 404, message: path, status: 'NOT_FOUND' } });
    const step = await stepOf(body, next);
    const part = 'end' in step ? { text: step.end } : { functionCall: { name: step.use, args: step.with } };
    const content = { role: 'model', parts: [part] };
    const whole = { candidates: [{ index: 0, content, finishReason: 'STOP' }], usageMetadata };
    if (path.endsWith(':generateContent')) sendJson(response, 200, whole);
    else sendData(response, [whole]);
  });

/** Which model, and whose turn it is, are asked for as JSON and without tools. */
async function stepOf(body: ModelRequest['body'], next: ModelRequest['next']): Promise<ModelStep> {
  const tools = (body.tools ?? []) as readonly { readonly functionDeclarations?: readonly unknown[] }[];
  if (tools.some(({ functionDeclarations = [] }) => functionDeclarations.length > 0))
    return next(turnsOf((body.contents ?? []) as readonly Content[]));
  const { responseJsonSchema, responseSchema } = (body.generationConfig ?? {}) as Readonly<
    Record<string, unknown>
  >;
  const schema = (responseJsonSchema ?? responseSchema) as Schema | undefined;
  return { end: schema ? JSON.stringify(exampleOf(schema)) : 'ok' };
}

const turnsOf = (contents: readonly Content[]): Turn[] =>
  contents.flatMap(({ role, parts = [] }) =>
    parts.flatMap(({ text, functionResponse }): Turn[] => {
      if (functionResponse) {
        const { response } = functionResponse;
        return [{ who: 'tool', text: response?.output ?? JSON.stringify(response) }];
      }
      return role === 'user' && text !== undefined ? [{ who: 'user', text }] : [];
    }),
  );

/** The smallest value that fits. */
function exampleOf({ type, enum: choices, properties = {} }: Schema): unknown {
  if (choices) return choices[0];
  const kind = String(type).toLowerCase();
  if (kind === 'object')
    return Object.fromEntries(Object.entries(properties).map(([name, each]) => [name, exampleOf(each)]));
  const small: Readonly<Record<string, unknown>> = {
    string: 'scripted',
    number: 1,
    integer: 1,
    boolean: false,
    array: [],
  };
  return small[kind] ?? null;
}
