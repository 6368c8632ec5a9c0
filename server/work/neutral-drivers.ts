/**
 * Filters and merge drivers are programs that a repository's configuration names and its attributes call. The
 * settings here take their place, so that files are taken as they are and merged as git merges text.
 */

export type ConfigPairs = readonly (readonly [key: string, value: string])[];

/** Pairs of `scope`, `key\nvalue`, as `config -z --show-scope` has them, to settings that take the programs away. */
export function neutralSettings(fields: readonly string[]): [key: string, value: string][] {
  const found = new Map<string, string>();
  for (let at = 0; at + 1 < fields.length; at += 2) {
    if (fields[at] !== 'local' && fields[at] !== 'worktree') continue;
    const [key = ''] = (fields[at + 1] ?? '').split('\n');
    // The middle part may hold dots and "=".
    const [, section, name] = /^(filter|merge)\.(.+)\.[^.]+$/s.exec(key) ?? [];
    if (section === 'filter')
      for (const [part, value] of NO_FILTER) found.set(`filter.${name}.${part}`, value);
    if (section === 'merge') found.set(`merge.${name}.driver`, PLAIN_MERGE);
  }
  return [...found];
}

const NO_FILTER = [
  ['clean', ''],
  ['smudge', ''],
  ['process', ''],
  ['required', 'false'],
] as const;
const PLAIN_MERGE = 'git merge-file -q --marker-size=%L %A %O %B';

/** Not `-c`, which ends a key at its first "=". */
export function asEnvironment(settings: ConfigPairs): Record<string, string> {
  const pairs = settings.flatMap(([key, value], at) => [
    [`GIT_CONFIG_KEY_${at}`, key],
    [`GIT_CONFIG_VALUE_${at}`, value],
  ]);
  return { GIT_CONFIG_COUNT: String(settings.length), ...Object.fromEntries(pairs) };
}
