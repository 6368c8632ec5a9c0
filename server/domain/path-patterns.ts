/** Whether paths lie where a rule says. Pure: what a path leads to on the disk was found out before. */

/** Where relative patterns and `~/` begin: real paths. */
export interface PatternPlace {
  readonly root: string;
  readonly home: string;
}

const segmentsOf = (path: string): readonly string[] =>
  path.split('/').filter((part) => part !== '' && part !== '.');

/** A pattern: where it begins, as it is, and what follows, in which `*` has a meaning. */
function partsOf(pattern: string, { root, home }: PatternPlace) {
  const [base, rest] = pattern.startsWith('/')
    ? ['/', pattern]
    : pattern === '~' || pattern.startsWith('~/')
      ? [home, pattern.slice(1)]
      : [root, pattern];
  return { base: segmentsOf(base), rest: segmentsOf(rest) };
}

/** The pattern itself, or something inside of it. */
export function isUnder(pattern: string, path: string, place: PatternPlace): boolean {
  const { base, rest } = partsOf(pattern, place);
  const found = segmentsOf(path);
  return base.every((name, at) => name === found[at]) && fits(rest, found.slice(base.length));
}

/** `**` stands for any number of folders, `*` for anything within a name. What is left of the path lies inside. */
function fits(pattern: readonly string[], path: readonly string[]): boolean {
  const [first, ...rest] = pattern;
  if (first === undefined) return true;
  if (first === '**') return fits(rest, path) || (path.length > 0 && fits(pattern, path.slice(1)));
  const [name, ...below] = path;
  return name !== undefined && fitsName(first, name) && fits(rest, below);
}

function fitsName(pattern: string, name: string): boolean {
  const [first = '', ...rest] = pattern.split('*');
  const last = rest.pop();
  if (last === undefined) return pattern === name;
  if (!name.startsWith(first) || name.length < first.length + last.length || !name.endsWith(last))
    return false;
  let at = first.length;
  const end = name.length - last.length;
  for (const part of rest) {
    const found = name.indexOf(part, at);
    if (found < 0 || found + part.length > end) return false;
    at = found + part.length;
  }
  return true;
}

/** A program that writes these decides what runs later, or what an agent may do. A pattern must name them to allow them. */
const GUARDED = [
  '.git',
  '.hg',
  '.claude',
  '.codex',
  '.gemini',
  '.qwen',
  '.opencode',
  '.vscode',
  '.idea',
  '.husky',
];

/** A guarded folder on the way to a path that a pattern does not name; case is no way around it. */
export function leadsIntoGuarded(pattern: string, path: string, place: PatternPlace): boolean {
  const { base, rest } = partsOf(pattern, place);
  const named = [...base, ...rest].map((name) => name.toLowerCase());
  const found = segmentsOf(path).map((name) => name.toLowerCase());
  return found.some((name) => GUARDED.includes(name) && !named.includes(name));
}
