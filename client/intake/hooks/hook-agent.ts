/** What the hooks of an agent say that a person has started, in words that do not depend on the agent. */
import { isObject } from '../json-rpc.ts';
import type { PermissionDecision, ToolCall } from '../permission.ts';

/** One event of an agent's session, as its hook was told of it. */
export interface HookEvent {
  /** The agent's own name for its session. */
  readonly session: string;
  /** Where it works. */
  readonly folder: string;
  readonly what: HookAction;
}

export type HookAction =
  /** It wants to do something, or asks, or shows its plan; the hook may answer. */
  | { readonly kind: 'permission'; readonly call: ToolCall }
  /** It has nothing to do. `words`: what it said last. */
  | { readonly kind: 'idle'; readonly words: string }
  /** It asks at its terminal, and nothing but the terminal can answer. */
  | { readonly kind: 'needs-terminal'; readonly words: string }
  /** Needs no answer. */
  | { readonly kind: 'news'; readonly words: string }
  /** A call has been made: whatever was asked about it is settled. */
  | { readonly kind: 'call-made'; readonly call: ToolCall }
  /** Somebody has spoken to it at its terminal: whatever was asked before is settled. */
  | { readonly kind: 'spoken-to' }
  | { readonly kind: 'session-ended' };

export interface HookAgent {
  readonly name: HookAgentName;
  readonly title: string;
  /** Reads what the hook got on standard input. null: nothing that concerns the operator. */
  read(input: Readonly<Record<string, unknown>>): HookEvent | null;
  /** Whether "always allow" means something to it. */
  readonly keepsRules: boolean;
  /** What its hook prints when the operator has decided. */
  decided(decision: PermissionDecision, call: ToolCall): string;
  /** How the operator's words reach it while it has nothing to do; null: they cannot. */
  readonly wake: ((words: string) => HookOutput) | null;
  /** How long it may be kept waiting for a permission, in seconds, where nobody says otherwise; null: as long as it takes. */
  readonly wait: number | null;
}

/** How a hook ends: what it prints, and its exit code. */
export interface HookOutput {
  readonly stdout?: string;
  readonly stderr?: string;
  readonly code?: number;
}

export const HOOK_AGENTS = ['claude', 'codex', 'gemini', 'opencode'] as const;
export type HookAgentName = (typeof HOOK_AGENTS)[number];

/** A text field of what a hook was told; empty: there is none. */
export const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');

/** The session and its folder stand under the same names in the messages of several agents. */
export const eventOf = (
  input: Readonly<Record<string, unknown>>,
  what: HookAction | null,
): HookEvent | null => what && { session: textOf(input.session_id), folder: textOf(input.cwd), what };

/** The call of a tool, under the names that Claude Code and Codex share. null: there is none, or none with such a name. */
export function callIn({ tool_name, tool_input, cwd }: Readonly<Record<string, unknown>>): ToolCall | null {
  if (typeof tool_name !== 'string' || !/^[\w.:/-]{1,200}$/.test(tool_name) || !isObject(tool_input))
    return null;
  return { tool: tool_name, input: tool_input, folder: textOf(cwd) };
}
