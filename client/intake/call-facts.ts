/**
 * What a call is about, as facts by which the operator's rules can answer it: the command as it is carried out, and the
 * files that it names. Taken from the input of the call, never from its title or description, which a model writes. What
 * is not understood makes the call opaque: no rule allows it then.
 */
import type { ToolPermission } from '../../shared/policy-words.ts';
import { isObject } from './json-rpc.ts';

type Input = Readonly<Record<string, unknown>>;

export interface CallFacts extends Omit<ToolPermission, 'agent' | 'allow' | 'deny'> {}

interface SaidCall {
  readonly tool: string;
  /** As the protocol says it; empty: it follows from the tool. */
  readonly kind: string;
  readonly input: Input;
  /** Files that are said beside the input. */
  readonly paths: readonly string[];
  readonly folder: string;
  /** Part of the call did not come through. */
  readonly isCut: boolean;
}

const KINDS: Readonly<Record<string, string>> = {
  Bash: 'execute',
  bash: 'execute',
  shell: 'execute',
  Edit: 'edit',
  MultiEdit: 'edit',
  Write: 'edit',
  NotebookEdit: 'edit',
  edit: 'edit',
  apply_patch: 'edit',
  Read: 'read',
  LS: 'read',
  Glob: 'search',
  Grep: 'search',
  WebFetch: 'fetch',
};

/** Beside a command these change nothing of what runs; anything else may: leaving a sandbox, variables, another shell. */
const BESIDE_COMMAND = [
  ...['description', 'timeout', 'timeout_ms', 'run_in_background', 'reason', 'justification'],
  ...['cwd', 'workdir', 'directory', 'dir_path', 'status', 'id', 'itemId', 'threadId', 'turnId', 'type'],
];
const FOLDERS = ['cwd', 'workdir', 'directory', 'dir_path'];
const MOST_PATHS = 200;
const LONGEST_PATH = 4096;
const LONGEST_COMMAND = 65_536;

export function callFacts(said: SaidCall): CallFacts {
  const { tool, input } = said;
  const isMcp = tool.startsWith('mcp__');
  const kind = isMcp ? 'mcp' : KINDS[tool] || said.kind;
  const command = commandIn(input);
  const facts = { tool: tool || kind, kind, command: command?.text ?? null };
  if (command === null) return { ...facts, ...filesOf(said, kind) };
  const others = Object.keys(input).filter((key) => key !== command.key && !BESIDE_COMMAND.includes(key));
  const folders = FOLDERS.map((key) => input[key]).filter((each) => each !== undefined);
  const [folder = said.folder] = folders;
  return {
    ...facts,
    kind: isMcp ? kind : 'execute',
    paths: [],
    folder: typeof folder === 'string' ? folder.slice(0, LONGEST_PATH) : '',
    opaque:
      said.isCut ||
      command.text === null ||
      others.length > 0 ||
      folders.length > 1 ||
      typeof folder !== 'string' ||
      folder.length > LONGEST_PATH,
  };
}

/** null: it runs none; a text of null: what it runs cannot be said in one. */
function commandIn(input: Input): { readonly key: string; readonly text: string | null } | null {
  const keys = ['command', 'cmd'].filter((key) => input[key] !== undefined);
  const [key] = keys;
  if (key === undefined) return null;
  const text = keys.length > 1 ? null : textOf(input[key]);
  return { key, text: text !== null && text.length <= LONGEST_COMMAND ? text : null };
}

/** A list is `sh -c TEXT`, or the words of a program, which need no shell to be read. */
function textOf(command: unknown): string | null {
  if (typeof command === 'string') return command;
  if (!Array.isArray(command) || !command.every((word) => typeof word === 'string')) return null;
  const [shell = '', flag, text, ...more] = command as string[];
  if (/^(\/(usr\/)?bin\/)?(ba|z|da)?sh$/.test(shell) && /^-l?c$/.test(flag ?? ''))
    return more.length === 0 ? (text ?? null) : null;
  return command.every((word) => /^[A-Za-z0-9_@%+=:,./-]+$/.test(word)) ? command.join(' ') : null;
}

function filesOf({ input, paths, folder, isCut }: SaidCall, kind: string) {
  const found = [...new Set([...paths, ...pathsIn(input)])];
  const isFile = ['edit', 'read', 'search', 'delete', 'move'].includes(kind);
  // A search without a path is one in the folder where the agent works.
  const all = kind === 'search' && found.length === 0 ? ['.'] : found;
  const glob = kind === 'search' ? input.pattern : undefined;
  return {
    paths: all.slice(0, MOST_PATHS).map((path) => path.slice(0, LONGEST_PATH)),
    folder: folder.slice(0, LONGEST_PATH),
    opaque:
      isCut ||
      (isFile && all.length === 0) ||
      all.length > MOST_PATHS ||
      all.some((path) => path.length > LONGEST_PATH) ||
      // A pattern of files may lead out of the folder that it begins in.
      (typeof glob === 'string' && /^[~/]|\.\./.test(glob)),
  };
}

const PATH_KEY = /(^|_)(file|dir|directory|folder|cwd|source|destination|target)(s|name)?$|path(s)?$/i;
const DEEPEST = 8;

/** Every text that stands under a name that could be that of a path, however deep; keys of `changes` are paths, too. */
function pathsIn(value: unknown, isPath = false, depth = 0): string[] {
  if (typeof value === 'string') return isPath && value !== '' ? [value] : [];
  if (depth > DEEPEST || typeof value !== 'object' || value === null) return [];
  if (Array.isArray(value)) return value.flatMap((each) => pathsIn(each, isPath, depth + 1));
  return Object.entries(value).flatMap(([key, inner]) => [
    ...(key === 'changes' && isObject(inner) && !Array.isArray(inner) ? Object.keys(inner) : []),
    ...pathsIn(inner, PATH_KEY.test(key), depth + 1),
  ]);
}
