/** Settings that a flag, an environment variable or the operator's own file may give. */
import { readNotifyFile } from '../notify/notify-file.ts';
import { configFile, readConfig } from '../system/config-file.ts';
import { Problem } from '../system/problem.ts';

/** The settings by long flag, which is also the name in the file, with their maximum. */
const NUMBERS = { port: 65_535, 'max-agents': 1000, 'undo-seconds': 3600 } as const;
type Name = keyof typeof NUMBERS;
const NAMES = Object.keys(NUMBERS) as Name[];

/** The given values by setting. */
export type GivenSettings = { readonly [Each in Name]?: number | undefined };

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * The value of the first source that has one: flags, environment, file. All sources are
 * checked: a bad value throws a `Problem` that names it, even if an earlier source decides.
 */
export function startSettings(flags: Environment, env: Environment, home: string): GivenSettings {
  const file = fromFile(configFile(env, home));
  const variables = givenBy(variableOf, (name) => env[variableOf(name)] || undefined);
  const given = givenBy(flagOf, (name) => flags[name]);
  return { ...file, ...variables, ...given };
}

const flagOf = (name: Name): string => `--${name}`;

const variableOf = (name: Name): string => `SIGNALBOX_${name.toUpperCase().replace('-', '_')}`;

function givenBy(
  calledBy: (name: Name) => string,
  textOf: (name: Name) => string | undefined,
): GivenSettings {
  const said = NAMES.map((name) => [name, textOf(name)] as const).filter(([, text]) => text !== undefined);
  return Object.fromEntries(
    said.map(([name, text = '']) => [name, whole('usage', name, calledBy(name), text)]),
  );
}

/** A missing file gives no settings. */
function fromFile(path: string): GivenSettings {
  const { notify: _, ...numbers } = readConfig(path) as { notify?: unknown };
  // Read here too, so that a mistake in it is said before anything starts.
  readNotifyFile(path);
  const said = Object.entries(numbers);
  return Object.fromEntries(
    said.map(([name, value]) => {
      if (!isName(name))
        throw new Problem('data', `${path} knows no "${name}", only ${[...NAMES, 'notify'].join(', ')}.`);
      const text = typeof value === 'number' ? String(value) : JSON.stringify(value);
      return [name, whole('data', name, `${path}: ${name}`, text)];
    }),
  );
}

const isName = (name: string): name is Name => Object.hasOwn(NUMBERS, name);

/** `called`: the name of the setting in its source. */
function whole(kind: 'usage' | 'data', name: Name, called: string, text: string): number {
  const most = NUMBERS[name];
  if (!/^\d{1,6}$/.test(text) || Number(text) > most) {
    const given = text.startsWith('"') ? text : `"${text}"`;
    throw new Problem(kind, `${called} takes a whole number from 0 to ${most}, not ${given}.`);
  }
  return Number(text);
}
