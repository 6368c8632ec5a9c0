/** Which agents that a person starts bring what they ask into the queue: their hooks, installed or taken out. */
import { existsSync, realpathSync } from 'node:fs';
import { stateHome } from '../../../shared/state-paths.ts';
import { HOOK_AGENTS, type HookAgentName } from '../../intake/hooks/hook-agent.ts';
import { cleared, type HookCommand, type Placed, placed, present } from '../../intake/hooks/hook-places.ts';
import { settingsFile } from '../../intake/hooks/hook-settings.ts';
import { type InstalledHooks, installedHooks, keepInstalled } from '../../intake/hooks/installed-hooks.ts';
import { homeFolder } from '../context/project.ts';
import { ProgramError } from '../output/program-error.ts';
import { oneLine, print, printJson, styled, tell } from '../output/terminal-output.ts';
import { isConfirmed } from './confirmed.ts';
import { secondsFrom } from './flags.ts';
import { copyOf, putFile, removeFile, textIn } from './settings-file.ts';

export interface InstallFlags {
  readonly wait?: string;
  readonly dryRun?: boolean;
  readonly yes?: boolean;
}

/** What the hooks of each agent can do, and what not. */
const ABILITIES: Readonly<Record<HookAgentName, string>> = {
  claude:
    'Permissions, questions and plans are answered in the queue or at its terminal, whichever comes first; words wake an idle session. In its auto mode a model decides, and nobody is asked.',
  codex:
    'Permissions are answered in the queue; its own dialog comes when nobody has answered in time. It has you trust the hooks first (/hooks), and runs none in "codex exec". That a turn has ended is told; words cannot reach it.',
  gemini:
    'Its hooks can allow nothing and cannot be answered: what it asks, and that a turn has ended, is told in the queue and answered at its terminal.',
  opencode:
    'Permissions and questions are answered in the queue or at its terminal, whichever comes first; words wake an idle session.',
};

/** Codex shows nothing at its terminal meanwhile. */
const WAITS: Readonly<Partial<Record<HookAgentName, number>>> = { codex: 120 };

const stateFolder = (): string => stateHome(process.env, homeFolder());
const fileOf = (agent: HookAgentName): string =>
  settingsFile(agent, { home: homeFolder(), env: process.env });

/** Writes the hooks of an agent into the person's own settings, once they have seen what is written. */
export async function installHooks(agent: HookAgentName, flags: InstallFlags): Promise<void> {
  const path = fileOf(agent);
  const state = stateFolder();
  const wait = secondsFrom('--wait', flags.wait) ?? WAITS[agent] ?? null;
  const hooks = { command: commandFor(agent, state, wait), wait };
  const before = textIn(path);
  const earlier = earlierIn(path, installedHooks(state)[agent]);
  const { text, made } = newText(agent, path, before, hooks, earlier);
  if (text === before && earlier?.command === hooks.command) return tell(`installed already, in ${path}.`);
  await print(`${path}\n\n${linesAdded(before ?? '', text)}\n`);
  if (flags.dryRun) return tell('nothing was changed.');
  const question = `Write this into your settings? ${agent} then calls Signalbox in each of your sessions.`;
  if (!flags.yes && !(await isConfirmed(question, `signalbox hooks install ${agent} --yes`)))
    throw new ProgramError('refused', 'Not installed: nothing has changed.');
  if (before !== null && before !== text) tell(`a copy of what was there: ${copyOf(path)}`);
  putFile(path, text);
  const isNewFile = earlier?.isNewFile ?? before === null;
  keepInstalled(state, agent, { path, command: hooks.command, wait, isNewFile, made });
  tell(`installed for sessions that begin from now on. ${ABILITIES[agent]}`);
}

/** Of another file than now, nothing is known here. */
const earlierIn = (path: string, installed: InstalledHooks | undefined): InstalledHooks | undefined =>
  installed?.path === path ? installed : undefined;

function newText(
  agent: HookAgentName,
  path: string,
  before: string | null,
  hooks: HookCommand,
  earlier: InstalledHooks | undefined,
): Placed {
  try {
    return placed(agent, before, hooks, earlier);
  } catch (error) {
    throw new ProgramError('data', `${path} cannot be changed. ${(error as Error).message}`);
  }
}

/** This very program under this very Node, wherever the agent is started and whatever is on its PATH. */
function commandFor(agent: HookAgentName, state: string, wait: number | null): string {
  const program = [process.execPath, realpathSync(process.argv[1] ?? '')];
  const words = [...program, 'hook', agent, '--state', state];
  return [...words, ...(wait === null ? [] : ['--wait', String(wait)])].map(quoted).join(' ');
}

const quoted = (word: string): string =>
  /^[A-Za-z0-9_./:=@%+-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;

const linesAdded = (before: string, after: string): string => marked('+', linesBeyond(before, after));
const linesRemoved = (before: string, after: string): string => marked('-', linesBeyond(after, before));

const marked = (sign: '+' | '-', lines: readonly string[]): string =>
  lines.map((line) => styled(sign === '+' ? 'green' : 'red', `${sign} ${line}`)).join('\n');

/** The lines of `text` that `other` does not have, each as often as it has it more. A comma behind one is no difference. */
function linesBeyond(other: string, text: string): string[] {
  const left = new Map<string, number>();
  const bare = (line: string) => line.replace(/,$/, '');
  for (const line of other.split('\n').map(bare)) left.set(line, (left.get(line) ?? 0) + 1);
  const beyond = text.split('\n').filter((line) => {
    const count = left.get(bare(line)) ?? 0;
    left.set(bare(line), count - 1);
    return count <= 0;
  });
  return beyond.map((line) => (oneLine(line) === '' ? '' : line));
}

/** Takes exactly ours out of the settings. */
export async function uninstallHooks(
  agent: HookAgentName,
  { dryRun }: { readonly dryRun?: boolean },
): Promise<void> {
  const state = stateFolder();
  const installed = installedHooks(state)[agent];
  if (installed === undefined) return tell(`not installed for ${agent}.`);
  const { path } = installed;
  const before = textIn(path);
  const after = before === null ? null : withoutOurs(agent, before, installed);
  if (dryRun) {
    if (before !== null) await print(`${path}\n\n${linesRemoved(before, after ?? '')}\n`);
    return tell('nothing was changed.');
  }
  if (before !== null && after === null) removeFile(path);
  else if (after !== null && after !== before) putFile(path, after);
  keepInstalled(state, agent, null);
  tell(before === null ? `${path} is gone already.` : `taken out of ${path}.`);
}

/** Null: the whole file was ours. */
function withoutOurs(agent: HookAgentName, before: string, installed: InstalledHooks): string | null {
  try {
    return cleared(agent, before, installed);
  } catch (error) {
    throw new ProgramError('data', `${installed.path} cannot be changed. ${(error as Error).message}`);
  }
}

/** Of one agent: where its hooks stand, and whether what they call is there. */
interface HookStatus {
  readonly agent: HookAgentName;
  readonly status: 'absent' | 'installed' | 'incomplete' | 'broken';
  readonly path: string;
  /** Of it, the programs that are no longer there. */
  readonly missing: readonly string[];
  readonly command: string | null;
  readonly can: string;
}

export async function hooksStatus(agents: readonly HookAgentName[], json: boolean): Promise<void> {
  const all = (agents.length === 0 ? HOOK_AGENTS : agents).map(statusOf);
  if (json) return printJson(all);
  for (const { agent, status, path, missing, can } of all) {
    const problem = {
      absent: `not installed: signalbox hooks install ${agent}`,
      installed: `installed in ${path}`,
      incomplete: `in ${path}, but not all of it: signalbox hooks install ${agent}`,
      broken: `in ${path}, but ${missing.join(' and ')} is gone: signalbox hooks install ${agent}`,
    };
    await print(`${styled('bold', agent.padEnd(9))} ${problem[status]}\n          ${can}`);
  }
}

function statusOf(agent: HookAgentName): HookStatus {
  const installed = installedHooks(stateFolder())[agent];
  const can = ABILITIES[agent];
  if (installed === undefined)
    return { agent, status: 'absent', path: fileOf(agent), missing: [], command: null, can };
  const { path, command } = installed;
  const missing = programsIn(command).filter((program) => !existsSync(program));
  return { agent, status: stateOf(agent, installed, missing), path, missing, command, can };
}

function stateOf(
  agent: HookAgentName,
  installed: InstalledHooks,
  missing: readonly string[],
): HookStatus['status'] {
  const { found, of } = foundIn(agent, installed);
  if (found === 0) return 'absent';
  if (missing.length > 0) return 'broken';
  return found < of ? 'incomplete' : 'installed';
}

function foundIn(agent: HookAgentName, installed: InstalledHooks): { found: number; of: number } {
  try {
    return present(agent, textIn(installed.path), installed);
  } catch {
    // What cannot be read runs no hooks.
    return { found: 0, of: 1 };
  }
}

/** The first two words, as they were quoted. */
function programsIn(command: string): string[] {
  const words = command.match(/'(?:[^']|'\\'')*'|[^ ]+/g) ?? [];
  return words.slice(0, 2).map((word) => word.replace(/^'|'$/g, '').replaceAll(`'\\''`, "'"));
}
