import { statSync } from 'node:fs';
import { join } from 'node:path';
import { POLICY_FILE } from '../../shared/policy-words.ts';
import type { Policy } from '../domain/policy.ts';
import { Problem } from '../system/problem.ts';
import { realOf } from './locate.ts';
import { readPolicy } from './policy-file.ts';

/** Whoever works in a project must not be able to write the rules. Throws a `Problem`. */
export function policyPath(configFolder: string, project: string): string {
  const path = join(configFolder, POLICY_FILE);
  const real = realOf(path) ?? path;
  if (real.startsWith(join(realOf(project) ?? project, '/')))
    throw new Problem(
      'config',
      `${real} lies in the project, where an agent may write it. Set XDG_CONFIG_HOME.`,
    );
  return path;
}

/**
 * The rules as they stand now: the file is looked at whenever somebody wants to know. Throws a `Problem` if it is
 * broken at the start; if it becomes so later, everything is asked until it is mended.
 */
export function followPolicy(path: string, complain: (error: unknown) => void): () => Policy {
  let stamp = stampOf(path);
  let policy: Policy = { path, rules: readPolicy(path), problem: null };
  return () => {
    const now = stampOf(path);
    if (now === stamp) return policy;
    stamp = now;
    try {
      policy = { path, rules: readPolicy(path), problem: null };
    } catch (error) {
      complain(error);
      policy = { path, rules: [], problem: error instanceof Error ? error.message : String(error) };
    }
    return policy;
  };
}

function stampOf(path: string): string {
  try {
    const { ino, mtimeMs, ctimeMs, size, mode, uid } = statSync(path);
    return [ino, mtimeMs, ctimeMs, size, mode, uid].join(' ');
  } catch (error) {
    return String((error as NodeJS.ErrnoException).code);
  }
}
