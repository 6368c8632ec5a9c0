/** The lines that stand against each other, as text for a card. */
import type { ConflictHunks, MergedLine } from '../work/conflict-hunks.ts';

export interface SideNames {
  /** What stands above the `=======` of each conflict, and what below it: a branch, or a unit. */
  readonly ours: string;
  readonly theirs: string;
}

/** `file:line`, then the lines, of each conflict; cut after this many lines, and characters. */
export function conflictLines(found: readonly ConflictHunks[], sides: SideNames, limit = CARD): string {
  const hunks = found.flatMap(({ path, hunks }) => hunks.map((hunk) => ({ path, ...hunk })));
  const lines = hunks.flatMap(({ path, line, lines }, at) => [
    ...(at === 0 ? [] : ['']),
    `${path}:${line}`,
    ...lines.map((each) => lineText(each, sides)),
  ]);
  const shown = lines.slice(0, fitting(lines, limit));
  const more = lines.length - shown.length;
  return [...shown, ...(more > 0 ? [`… ${more} more lines`] : [])].join('\n');
}

interface Limit {
  readonly lines: number;
  readonly characters: number;
}

const CARD: Limit = { lines: 200, characters: 16_000 };

/** How many of the lines fit. */
function fitting(lines: readonly string[], { lines: most, characters }: Limit): number {
  let left = characters;
  const at = lines.findIndex((line) => {
    left -= line.length + 1;
    return left < 0;
  });
  return Math.min(most, at < 0 ? lines.length : at);
}

/** Git names commits; a person knows the two sides. */
function lineText({ kind, text }: MergedLine, { ours, theirs }: SideNames): string {
  if (kind !== 'marker') return text;
  if (text.startsWith('<')) return `<<<<<<< ${ours}`;
  return text.startsWith('>') ? `>>>>>>> ${theirs}` : text;
}
