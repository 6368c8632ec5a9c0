/** What each agent's settings hold so that its hooks call `signalbox hook`: as little as tells all. */
import { join } from 'node:path';
import { isObject } from '../json-rpc.ts';
import type { HookAgentName } from './hook-agent.ts';
import type { InstalledHooks } from './installed-hooks.ts';
import { type JsonPath, valueAt, withMember, withoutMember } from './json-text.ts';

/** A hook as the settings write it, in the list of its event. */
interface Group {
  readonly event: string;
  readonly group: { readonly hooks: readonly Readonly<Record<string, unknown>>[]; readonly matcher?: string };
}

/** Where the hooks of these agents stand: in JSON, as lists by event. */
export type JsonHookAgent = Exclude<HookAgentName, 'opencode'>;

const DAY_S = 86_400;
/** Hooks that no person keeps waiting. */
const SOON_S = 10;

export function groupsOf(agent: JsonHookAgent, command: string, wait: number | null): readonly Group[] {
  const entry = { type: 'command', command };
  const soon = { hooks: [{ ...entry, timeout: SOON_S }] };
  switch (agent) {
    case 'claude': {
      const beside = { hooks: [{ ...entry, async: true, timeout: SOON_S }] };
      return [
        { event: 'PermissionRequest', group: { hooks: [{ ...entry, timeout: wait ?? DAY_S }] } },
        { event: 'Notification', group: { hooks: [{ ...entry, asyncRewake: true, timeout: DAY_S }] } },
        { event: 'UserPromptSubmit', group: beside },
        { event: 'PostToolUse', group: beside },
        { event: 'PostToolUseFailure', group: beside },
        { event: 'Stop', group: beside },
        { event: 'SessionEnd', group: soon },
      ];
    }
    case 'codex':
      return [
        { event: 'PermissionRequest', group: { hooks: [{ ...entry, timeout: (wait ?? 120) + SOON_S }] } },
        ...['UserPromptSubmit', 'PostToolUse', 'Stop', 'SessionEnd'].map((event) => ({ event, group: soon })),
      ];
    case 'gemini': {
      // Its times are milliseconds.
      const named = { hooks: [{ name: 'signalbox', ...entry, timeout: SOON_S * 1000 }] };
      return ['Notification', 'BeforeAgent', 'AfterTool', 'AfterAgent', 'SessionEnd'].map((event) => ({
        event,
        group: named,
      }));
    }
  }
}

interface Places {
  readonly home: string;
  readonly env: NodeJS.ProcessEnv;
}

/** The file of the person's own settings: those of a project are shared with whoever has the repository. */
export function settingsFile(agent: HookAgentName, { home, env }: Places): string {
  switch (agent) {
    case 'claude':
      return join(env.CLAUDE_CONFIG_DIR || join(home, '.claude'), 'settings.json');
    case 'codex':
      return join(env.CODEX_HOME || join(home, '.codex'), 'hooks.json');
    case 'gemini':
      return join(env.GEMINI_CLI_HOME || home, '.gemini', 'settings.json');
    case 'opencode':
      return join(env.XDG_CONFIG_HOME || join(home, '.config'), 'opencode', 'plugins', 'signalbox.js');
  }
}

/** The settings with ours in them, and what was made to hold them. Throws where the text cannot be understood. */
export function withHooks(text: string, groups: readonly Group[]): { text: string; made: readonly string[] } {
  const made: string[] = [];
  let now = text;
  if (!isObject(valueAt(now, []))) throw new Error('It is not an object.');
  const make = (path: JsonPath, key: string, value: unknown, isRight: (found: unknown) => boolean) => {
    const found = valueAt(now, [...path, key]);
    if (found !== undefined && !isRight(found))
      throw new Error(`${[...path, key].join('.')} holds something else than hooks.`);
    if (found !== undefined) return;
    now = withMember(now, path, key, value);
    made.push([...path, key].join('.'));
  };
  make([], 'hooks', {}, isObject);
  for (const { event, group } of groups) {
    make(['hooks'], event, [], Array.isArray);
    now = withMember(now, ['hooks', event], null, group);
  }
  return { text: now, made };
}

/** The settings without every hook of this command, and without what was made to hold ours and is empty then. */
export function withoutHooks(
  text: string,
  { command, made }: Pick<InstalledHooks, 'command' | 'made'>,
): string {
  let now = text;
  const dropIfEmpty = (path: JsonPath, isOurs: boolean) => {
    const value = valueAt(now, path);
    const isEmpty = isObject(value)
      ? Object.keys(value).length === 0
      : Array.isArray(value) && value.length === 0;
    if (isOurs && isEmpty) now = withoutMember(now, path);
  };
  const hooks = valueAt(now, ['hooks']);
  for (const [event, groups] of isObject(hooks) ? Object.entries(hooks) : []) {
    // From the last on: the numbers of those before stay.
    for (const [nth, group] of [...entriesOf(groups)].reverse()) {
      const path = ['hooks', event, nth, 'hooks'];
      const entries = [...entriesOf(isObject(group) ? group.hooks : [])];
      const ours = entries.filter(([, entry]) => isObject(entry) && entry.command === command).reverse();
      for (const [at] of ours) now = withoutMember(now, [...path, at]);
      if (ours.length > 0 && ours.length === entries.length) now = withoutMember(now, ['hooks', event, nth]);
    }
    dropIfEmpty(['hooks', event], made.includes(`hooks.${event}`));
  }
  dropIfEmpty(['hooks'], made.includes('hooks'));
  return now;
}

const entriesOf = (value: unknown): [number, unknown][] =>
  Array.isArray(value) ? value.map((each, nth): [number, unknown] => [nth, each]) : [];

/** Of ours those that stand in the settings, by their events. */
export function eventsIn(text: string, groups: readonly Group[]): string[] {
  const isThere = ({ event, group }: Group) => {
    const found = valueAt(text, ['hooks', event]);
    return Array.isArray(found) && found.some((each) => JSON.stringify(each) === JSON.stringify(group));
  };
  return groups.filter(isThere).map(({ event }) => event);
}
