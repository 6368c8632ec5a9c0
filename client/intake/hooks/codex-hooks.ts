import { callIn, eventOf, type HookAction, type HookAgent, textOf } from './hook-agent.ts';

/**
 * Codex CLI 0.171.0. It shows no dialog while the hook of a permission waits, so the hook gives up after a while, and
 * the dialog comes. It takes neither rules nor other input from a hook: an answer that holds them counts as none.
 */
export const codexHooks: HookAgent = {
  name: 'codex',
  title: 'Codex',
  read: (input) => eventOf({ ...input, session_id: sessionIn(input.session_id) }, actionIn(input)),
  keepsRules: false,
  decided: (given) => {
    const { behavior } = given;
    const decision = behavior === 'allow' ? { behavior } : { behavior, message: given.message };
    return JSON.stringify({ hookSpecificOutput: { hookEventName: 'PermissionRequest', decision } });
  },
  wake: null,
  wait: 120,
};

/** Those of the same minute begin alike. */
const sessionIn = (id: unknown): string => textOf(id).slice(-8);

function actionIn(input: Readonly<Record<string, unknown>>): HookAction | null {
  const call = callIn(input);
  switch (input.hook_event_name) {
    case 'PermissionRequest':
      return call && { kind: 'permission', call };
    case 'PostToolUse':
      return call && { kind: 'call-made', call };
    case 'Stop':
      return { kind: 'idle', words: textOf(input.last_assistant_message) };
    case 'UserPromptSubmit':
      return { kind: 'spoken-to' };
    case 'SessionEnd':
      return { kind: 'session-ended' };
    default:
      return null;
  }
}
