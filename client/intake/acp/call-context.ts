/** Everything that a person must see of a tool call before it is allowed: never what the agent calls it alone. */
import { isObject } from '../json-rpc.ts';
import { cut, subjectOf } from '../tool-call.ts';
import { lineDiff } from './line-diff.ts';
import type { Params } from './peer.ts';
import { type ReportedCall, textIn } from './tool-calls.ts';

export interface Shown {
  readonly label: string;
  readonly text: string;
}

/** Where the agent works, and whether the title of a command is all that it says of it. */
export interface AgentPlace {
  readonly folder: string;
  readonly titleIsCommand: boolean;
}

export function contextOf(call: ReportedCall, { folder, titleIsCommand }: AgentPlace): Shown[] {
  const { command, rest } = commandIn(call, titleIsCommand);
  const { cwd, ...others } = rest;
  const files = pathsOf(call).join('\n');
  const diff = diffsIn(call.content, files);
  const input = withoutShown(others, diff !== '');
  const details = textIn(call.content);
  const shown: Shown[] = [
    { label: 'Command', text: command },
    { label: files.includes('\n') ? 'Files' : 'File', text: files },
    { label: 'Diff', text: diff },
    { label: 'The agent calls it', text: call.title === command ? '' : call.title },
    { label: 'Details', text: details === call.title ? '' : details },
    { label: 'Input', text: Object.keys(input).length === 0 ? '' : JSON.stringify(input, null, 2) },
    { label: 'Folder', text: typeof cwd === 'string' && cwd !== '' ? cwd : folder },
  ];
  return shown.filter(({ text }) => text !== '').map(({ label, text }) => ({ label, text: cut(text) }));
}

function commandIn({ kind, title, input }: ReportedCall, titleIsCommand: boolean) {
  const { command, ...others } = input;
  if (command !== undefined) return { command: wordsOf(command), rest: others };
  const { cmd, ...rest } = input;
  if (cmd !== undefined) return { command: wordsOf(cmd), rest };
  return { command: titleIsCommand && kind === 'execute' ? title : '', rest };
}

const wordsOf = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value));

const PATH_KEYS = ['file_path', 'filePath', 'notebook_path', 'absolute_path', 'abs_path', 'path'];

/** Every file that it names. */
export function pathsOf({ paths, input, content }: ReportedCall): string[] {
  const named = PATH_KEYS.map((key) => input[key]).filter((path) => typeof path === 'string');
  const changed = content.map(({ type, path }) => (type === 'diff' ? path : undefined));
  const all = [...paths, ...named, ...changed.filter((path) => typeof path === 'string')];
  return [...new Set(all)];
}

/** What stands in the diff, and the paths above it, need not be read twice. */
const IN_DIFF = ['old_string', 'new_string', 'oldString', 'newString', 'content', 'diff', 'changes'];

const withoutShown = (input: Params, hasDiff: boolean): Params =>
  Object.fromEntries(
    Object.entries(input).filter(([key]) => !PATH_KEYS.includes(key) && !(hasDiff && IN_DIFF.includes(key))),
  );

/** Each below the path of its file, unless that is the only one, and stands above already. */
const diffsIn = (content: readonly Params[], files: string): string =>
  content
    .filter(({ type }) => type === 'diff')
    .map(({ path, oldText, newText }) => {
      const head = path === files ? '' : `${wordsOf(path ?? '')}\n`;
      return `${head}${lineDiff(textOr(oldText), textOr(newText))}`;
    })
    .join('\n');

const textOr = (value: unknown): string => (typeof value === 'string' ? value : '');

/** What it is about, on one line. */
export function headOf(call: ReportedCall, { titleIsCommand }: Pick<AgentPlace, 'titleIsCommand'>): string {
  const { command } = commandIn(call, titleIsCommand);
  const subject = subjectOf({ ...call.input, ...(command !== '' && { command }) });
  const name = call.tool || KINDS[call.kind] || 'tool';
  const about = subject || call.title || call.paths[0] || '';
  return about === '' || about === name ? name : `${name}: ${about}`;
}

const KINDS: Readonly<Record<string, string>> = {
  execute: 'command',
  edit: 'edit',
  delete: 'delete',
  move: 'move',
  read: 'read',
  search: 'search',
  fetch: 'fetch',
};

/** The plan that it wants to carry out; null: it is no plan. */
export function planIn({ tool, kind, input, content }: ReportedCall): string | null {
  if (kind !== 'switch_mode' && tool !== 'ExitPlanMode') return null;
  const { plan } = input;
  return typeof plan === 'string' && plan.trim() !== '' ? plan : textIn(content) || null;
}

/**
 * Our own tool, by which it asks the operator: nobody has to allow that. Known by what the model cannot write: Claude
 * names the server, Qwen the tool; Gemini's ids begin with the tool. A command may be called anything.
 */
export function isOurs({ id, tool, kind, title, input }: ReportedCall, meta: unknown): boolean {
  if (kind === 'execute' || input.command !== undefined) return false;
  const { claudeCode, toolName } = isObject(meta) ? meta : {};
  const { mcpServer } = isObject(claudeCode) ? claudeCode : {};
  const isClaudes = isObject(mcpServer) && mcpServer.name === 'signalbox';
  if (tool === 'mcp__signalbox__ask_human') return isClaudes || toolName === tool;
  return id.startsWith('mcp_signalbox_ask_human__') && title === 'ask_human (signalbox MCP Server)';
}

/** The same in what an agent only tells: nothing is allowed by it. */
export const isAskHuman = ({ tool, title }: ReportedCall): boolean =>
  /(^|[_.:/ ])ask_human( \(signalbox MCP Server\))?$/.test(tool || title);
