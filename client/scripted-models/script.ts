/**
 * What a scripted model does. The script stands in the prompt, a line each, so that no server keeps a state and a
 * session that is taken up again goes on where it was: the number of tool results since the newest script says
 * which step is next.
 *
 *   model: {"use": "Bash", "with": {"command": "touch x"}}     it calls this tool
 *   model: {"until": "/path/of/a/file"}                        it waits for the file, then goes on with the next line
 *   model: {"end": "I am done."}                               it says this and ends
 *
 * After the last line it ends with `heard: ` and what the last tool gave back.
 */
import { existsSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';

/** What a model was sent: words of the user, and what came back from tools, oldest first. */
export interface Turn {
  readonly who: 'user' | 'tool';
  readonly text: string;
}

export type ModelStep =
  | { readonly use: string; readonly with: Readonly<Record<string, unknown>> }
  | { readonly end: string };

type Line = ModelStep | { readonly until: string };

const WAIT_MS = 120_000;
const LOOK_MS = 20;

export async function nextStep(
  turns: readonly Turn[],
  names: Readonly<Record<string, string>>,
): Promise<ModelStep> {
  const from = turns.findLastIndex(({ who, text }) => who === 'user' && scriptIn(text, names).length > 0);
  const script = turns[from];
  if (!script) return { end: 'ok' };
  const results = turns.slice(from + 1).filter(({ who }) => who === 'tool');
  let passed = 0;
  for (const line of scriptIn(script.text, names)) {
    if ('until' in line) {
      if (passed === results.length) await untilThere(line.until);
    } else if ('end' in line || passed === results.length) return line;
    else passed++;
  }
  return { end: `heard: ${results.at(-1)?.text ?? 'nothing'}` };
}

async function untilThere(path: string): Promise<void> {
  const deadline = performance.now() + WAIT_MS;
  while (!existsSync(path)) {
    if (performance.now() > deadline) throw new Error(`${path} has not come.`);
    await pause(LOOK_MS);
  }
}

/** The words of a prompt that has a model do this. */
export const scripted = (...script: readonly object[]): string =>
  script.map((line) => `model: ${JSON.stringify(line)}`).join('\n');

function scriptIn(text: string, names: Readonly<Record<string, string>>): Line[] {
  return [...text.matchAll(/^model: (\{.*\})$/gm)].map(([, json = '{}']) => {
    const filled = json.replace(/\$([A-Z_]+)/g, (word, name: string) => names[name] ?? word);
    return JSON.parse(filled) as Line;
  });
}

/** The text in the content of a message, wherever it stands. */
export function textIn(content: unknown): string {
  if (typeof content === 'string') return content;
  if (!Array.isArray(content)) return content === undefined ? '' : JSON.stringify(content);
  return content
    .map((part: { text?: string; content?: unknown }) => part.text ?? textIn(part.content))
    .join('\n');
}
