/**
 * Which agents' hooks the operator has installed, in the folder of all projects. A hook that is called from settings
 * that came with a repository finds nothing here, unless the operator wants hooks of this agent anyway.
 */
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { HookAgentName } from './hook-agent.ts';

export interface InstalledHooks {
  /** The file that was changed or made. */
  readonly path: string;
  /** What the agent runs. */
  readonly command: string;
  readonly wait: number | null;
  /** Whether there was no such file before. */
  readonly isNewFile: boolean;
  /** What was made to hold ours, and goes with it: keys from the outermost in, `hooks` or `hooks.Stop`. */
  readonly made: readonly string[];
}

type Installed = Readonly<Partial<Record<HookAgentName, InstalledHooks>>>;

const fileIn = (stateHome: string): string => join(stateHome, 'hooks.json');

export function installedHooks(stateHome: string): Installed {
  try {
    const value: unknown = JSON.parse(readFileSync(fileIn(stateHome), 'utf8'));
    return typeof value === 'object' && value !== null ? (value as Installed) : {};
  } catch {
    return {};
  }
}

export const isInstalled = (stateHome: string, name: HookAgentName): boolean =>
  typeof installedHooks(stateHome)[name]?.command === 'string';

/** null: they are installed no more. */
export function keepInstalled(stateHome: string, name: HookAgentName, hooks: InstalledHooks | null): void {
  const { [name]: _, ...others } = installedHooks(stateHome);
  const all = hooks === null ? others : { ...others, [name]: hooks };
  mkdirSync(stateHome, { recursive: true, mode: 0o700 });
  const path = fileIn(stateHome);
  writeFileSync(`${path}.new`, `${JSON.stringify(all, null, 2)}\n`, { mode: 0o600 });
  renameSync(`${path}.new`, path);
}
