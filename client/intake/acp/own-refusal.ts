/**
 * Calls that an agent refuses by a rule of its own settings, or because its model decided so, without asking anybody. Each
 * says it in its own way, seen with the versions that `npm run test:agents` installs. Codex says nothing of such a call.
 */
import { isObject } from '../json-rpc.ts';
import type { Params } from './peer.ts';
import { textIn } from './tool-calls.ts';

/** Claude Code. */
const KIND = /^(permission-rule|automode-)/;

/** The first words of what has come back from a call that failed: Gemini CLI, Qwen Code, opencode. */
const WORDS = [
  /^Tool execution (for "[^"]*" )?denied by policy\./,
  /^This "[^"]*" invocation was denied by permission rules\./,
  /^The user has specified a rule which prevents you from using this specific tool call\./,
];

/** `update`: what the agent says of one call. */
export function isOwnRefusal(update: Params): boolean {
  const { claudeCode } = isObject(update._meta) ? update._meta : {};
  if (isObject(claudeCode) && typeof claudeCode.nonExecutionKind === 'string')
    return KIND.test(claudeCode.nonExecutionKind);
  if (update.status !== 'failed') return false;
  // Copilot CLI. It says "rejected" where a person has refused.
  if (isObject(update.rawOutput) && update.rawOutput.code === 'denied') return true;
  const text = Array.isArray(update.content) ? textIn(update.content.filter(isObject)) : '';
  return WORDS.some((words) => words.test(text));
}
