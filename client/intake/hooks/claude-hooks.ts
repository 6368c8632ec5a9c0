import { callIn, eventOf, type HookAction, type HookAgent, textOf } from './hook-agent.ts';
import { lastWords } from './last-words.ts';

/** Claude Code 2.1.332. The dialog stays at the terminal while the hook of a permission waits; the first answer wins. */
export const claudeHooks: HookAgent = {
  name: 'claude',
  title: 'Claude Code',
  read: (input) => eventOf(input, actionIn(input)),
  keepsRules: true,
  decided: (decision) =>
    JSON.stringify({ hookSpecificOutput: { hookEventName: 'PermissionRequest', decision } }),
  // With "asyncRewake", exit code 2 wakes it with what stands on standard error.
  wake: (words) => ({ stderr: `The operator says: ${words}`, code: 2 }),
  // Its settings give the hook a day; it ends by itself before that.
  wait: 86_390,
};

function actionIn(input: Readonly<Record<string, unknown>>): HookAction | null {
  const call = callIn(input);
  switch (input.hook_event_name) {
    case 'PermissionRequest':
      return call && { kind: 'permission', call };
    case 'PostToolUse':
    case 'PostToolUseFailure':
      return call && { kind: 'call-made', call };
    case 'Notification':
      return notificationIn(input);
    case 'UserPromptSubmit':
    case 'Stop':
      return { kind: 'spoken-to' };
    case 'SessionEnd':
      return { kind: 'session-ended' };
    default:
      return null;
  }
}

function notificationIn({ notification_type, message, transcript_path }: Readonly<Record<string, unknown>>) {
  // The permission itself comes by a hook of its own.
  if (notification_type === 'permission_prompt') return null;
  if (notification_type === 'idle_prompt')
    return { kind: 'idle', words: lastWords(textOf(transcript_path)) } as const;
  const words = textOf(message).trim();
  return words === '' ? null : ({ kind: 'news', words } as const);
}
