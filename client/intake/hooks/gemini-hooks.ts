import { isObject } from '../json-rpc.ts';
import { eventOf, type HookAction, type HookAgent, textOf } from './hook-agent.ts';

/** Gemini CLI 0.61.0. Its hooks can refuse a tool but allow none: what it asks is told, and answered at its terminal. */
export const geminiHooks: HookAgent = {
  name: 'gemini',
  title: 'Gemini CLI',
  read: (input) => eventOf(input, actionIn(input)),
  keepsRules: false,
  decided: () => '',
  wake: null,
  wait: null,
};

function actionIn(input: Readonly<Record<string, unknown>>): HookAction | null {
  switch (input.hook_event_name) {
    case 'Notification':
      return { kind: 'needs-terminal', words: wordsIn(input) };
    case 'AfterAgent':
      return { kind: 'idle', words: textOf(input.prompt_response) };
    // All that it asked about has been decided.
    case 'AfterTool':
    case 'BeforeAgent':
      return { kind: 'spoken-to' };
    case 'SessionEnd':
      return { kind: 'session-ended' };
    default:
      return null;
  }
}

/** The message says what kind of thing it wants to do; of a command, the details have the command. */
function wordsIn({ message, details }: Readonly<Record<string, unknown>>): string {
  const command = isObject(details) ? textOf(details.command) : '';
  return [textOf(message), command].filter((part) => part !== '').join(': ');
}
