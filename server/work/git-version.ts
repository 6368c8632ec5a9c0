import { Git } from './git.ts';
import { WorkRefused } from './refused.ts';

/** `merge-tree --write-tree` came with 2.38. */
const NEEDED = [2, 38] as const;

export interface GitVersion {
  readonly major: number;
  readonly minor: number;
  /** As git says it: `2.39.5 (Apple Git-154)`. */
  readonly text: string;
}

/** Of what `git version` says; null where it is no version. */
export function parseVersion(said: string): GitVersion | null {
  const [, text, major, minor] = /^git version ((\d+)\.(\d+).*)/.exec(said) ?? [];
  return text === undefined ? null : { text, major: Number(major), minor: Number(minor) };
}

/** Throws `WorkRefused`: git-missing, git-too-old. */
export async function requireGit(cwd: string): Promise<GitVersion> {
  const said = await new Git({ cwd, trusted: true }).text(['version']);
  const found = parseVersion(said);
  if (found && isNewEnough(found)) return found;
  throw new WorkRefused({ code: 'git-too-old', found: found?.text ?? said, needed: NEEDED.join('.') });
}

export const isNewEnough = ({ major, minor }: GitVersion): boolean =>
  major > NEEDED[0] || (major === NEEDED[0] && minor >= NEEDED[1]);
