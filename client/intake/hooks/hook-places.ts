/** How the hooks of each agent get into its settings, and out again: as text, whatever kind of file it is. */
import type { HookAgentName } from './hook-agent.ts';
import { eventsIn, groupsOf, withHooks, withoutHooks } from './hook-settings.ts';
import type { InstalledHooks } from './installed-hooks.ts';
import { isPlugin, pluginText } from './opencode-plugin.ts';

export interface Placed {
  readonly text: string;
  readonly made: readonly string[];
}

/** What an agent is to call, and how long it may be kept waiting, in seconds; null: as long as it takes. */
export interface HookCommand {
  readonly command: string;
  readonly wait: number | null;
}

/** The file with our hooks in it, earlier ones replaced. `before` null: there is none. Throws where it cannot be understood. */
export function placed(
  agent: HookAgentName,
  before: string | null,
  { command, wait }: HookCommand,
  earlier: InstalledHooks | undefined,
): Placed {
  if (agent === 'opencode') {
    if (before !== null && !isPlugin(before)) throw new Error('Somebody else has written it.');
    return { text: pluginText(command), made: [] };
  }
  const groups = groupsOf(agent, command, wait);
  if (before !== null && earlier?.command === command && eventsIn(before, groups).length === groups.length)
    return { text: before, made: earlier.made };
  const text = before === null || before.trim() === '' ? '{}\n' : before;
  const free = earlier === undefined ? text : withoutHooks(text, earlier);
  return withHooks(withoutHooks(free, { command, made: [] }), groups);
}

/** The file without our hooks; null: nothing is left of it, and it was made for them. */
export function cleared(agent: HookAgentName, before: string, installed: InstalledHooks): string | null {
  if (agent === 'opencode') {
    if (!isPlugin(before)) throw new Error('Somebody else has written it.');
    return null;
  }
  const text = withoutHooks(before, installed);
  return installed.isNewFile && text.trim() === '{}' ? null : text;
}

/** How many of our hooks stand in the file, of how many. */
export function present(agent: HookAgentName, text: string | null, { command, wait }: HookCommand) {
  if (agent === 'opencode') return { found: text === pluginText(command) ? 1 : 0, of: 1 };
  const groups = groupsOf(agent, command, wait);
  return { found: text === null ? 0 : eventsIn(text, groups).length, of: groups.length };
}
