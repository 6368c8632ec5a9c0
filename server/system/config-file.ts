/** The operator's own file of settings, for all projects. No file of a project has a say in it. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseJson } from '../../shared/json-text.ts';
import { Problem } from './problem.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** `$XDG_CONFIG_HOME/signalbox`, or under `~/.config`. */
export function configFolder({ XDG_CONFIG_HOME }: Environment, home: string): string {
  const base = XDG_CONFIG_HOME?.startsWith('/') ? XDG_CONFIG_HOME : join(home, '.config');
  return join(base, 'signalbox');
}

export const configFile = (env: Environment, home: string): string =>
  join(configFolder(env, home), 'config.json');

/** The object in the file; a missing file is an empty one. Throws a `Problem` that names the file. */
export function readConfig(path: string): object {
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
