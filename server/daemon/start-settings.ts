/** What a start can be told in more than one way: by a flag, by a variable, by the operator's own file. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseJson } from '../../shared/json-text.ts';
import { Problem } from '../system/problem.ts';

/** Each by its long flag, which is also its name in the file, with the most that it takes. */
const NUMBERS = { port: 65_535, 'max-agents': 1000, 'undo-seconds': 3600 } as const;
type Name = keyof typeof NUMBERS;
const NAMES = Object.keys(NUMBERS) as Name[];

/** What somebody said of each, as far as they said anything. */
export type Said = { readonly [Each in Name]?: number | undefined };

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * For each the word of the first that says something: the flags, the environment, the file. Nobody's word is
 * taken unread: a bad one throws a `Problem` that names it, even where a better one stands before it.
 */
export function startSettings(flags: Environment, env: Environment, home: string): Said {
  const file = fromFile(configFile(env, home));
  const variables = saidBy(variableOf, (name) => env[variableOf(name)] || undefined);
  const given = saidBy(flagOf, (name) => flags[name]);
  return { ...file, ...variables, ...given };
}

const flagOf = (name: Name): string => `--${name}`;

const variableOf = (name: Name): string => `SIGNALBOX_${name.toUpperCase().replace('-', '_')}`;

/** `$XDG_CONFIG_HOME/signalbox/config.json`, or under `~/.config`. */
function configFile({ XDG_CONFIG_HOME }: Environment, home: string): string {
  const base = XDG_CONFIG_HOME?.startsWith('/') ? XDG_CONFIG_HOME : join(home, '.config');
  return join(base, 'signalbox', 'config.json');
}

function saidBy(calledBy: (name: Name) => string, textOf: (name: Name) => string | undefined): Said {
  const said = NAMES.map((name) => [name, textOf(name)] as const).filter(([, text]) => text !== undefined);
  return Object.fromEntries(
    said.map(([name, text = '']) => [name, whole('usage', name, calledBy(name), text)]),
  );
}

/** A file that is not there says nothing. */
function fromFile(path: string): Said {
  const said = Object.entries(readObject(path));
  return Object.fromEntries(
    said.map(([name, value]) => {
      if (!isName(name)) throw new Problem('data', `${path} knows no "${name}", only ${NAMES.join(', ')}.`);
      const text = typeof value === 'number' ? String(value) : JSON.stringify(value);
      return [name, whole('data', name, `${path}: ${name}`, text)];
    }),
  );
}

const isName = (name: string): name is Name => Object.hasOwn(NUMBERS, name);

function readObject(path: string): object {
  const text = readIfThere(path);
  if (text === null) return {};
  try {
    const value: unknown = parseJson(text);
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value;
  } catch (error) {
    throw new Problem('data', `${path} is not JSON: ${(error as Error).message}`);
  }
  throw new Problem('data', `${path} needs an object, as in {"max-agents": 6}.`);
}

function readIfThere(path: string): string | null {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return null;
    throw new Problem('data', `${path} cannot be read (${code}).`);
  }
}

/** `called`: how the one who said it would call it. */
function whole(kind: 'usage' | 'data', name: Name, called: string, text: string): number {
  const most = NUMBERS[name];
  if (!/^\d{1,6}$/.test(text) || Number(text) > most) {
    const given = text.startsWith('"') ? text : `"${text}"`;
    throw new Problem(kind, `${called} takes a whole number from 0 to ${most}, not ${given}.`);
  }
  return Number(text);
}
