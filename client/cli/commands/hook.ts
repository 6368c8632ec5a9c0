/**
 * What the hooks of agents run that a person has started. It is called for every event of every session, also where no
 * daemon runs: nothing is loaded before there is one to tell, and whatever goes wrong, the session goes on.
 */
import { existsSync } from 'node:fs';
import { stdin } from 'node:process';
import { type StatePaths, statePathsOf } from '../../../shared/state-paths.ts';
import { isListening } from '../../daemon/is-listening.ts';
import { claudeHooks } from '../../intake/hooks/claude-hooks.ts';
import { codexHooks } from '../../intake/hooks/codex-hooks.ts';
import { geminiHooks } from '../../intake/hooks/gemini-hooks.ts';
import type { HookAgent, HookAgentName, HookEvent } from '../../intake/hooks/hook-agent.ts';
import { isInstalled } from '../../intake/hooks/installed-hooks.ts';
import { opencodeHooks } from '../../intake/hooks/opencode-hooks.ts';
import { sessionName } from '../../intake/session-name.ts';
import { SignedUnits } from '../../intake/signed-units.ts';
import { projectFrom } from '../context/project.ts';

export interface HookFlags {
  /** The folder of all projects. It stands in the command: a repository may set variables for the agent. */
  readonly state: string;
  /** For how many seconds at most the agent is kept waiting for the operator. */
  readonly wait?: string;
}

const AGENTS: Readonly<Record<HookAgentName, HookAgent>> = {
  claude: claudeHooks,
  codex: codexHooks,
  gemini: geminiHooks,
  opencode: opencodeHooks,
};

/** More than an agent can want to do at once. */
const INPUT_BYTES = 16 * 1024 * 1024;

export async function hook(name: HookAgentName, flags: HookFlags): Promise<void> {
  const agent = AGENTS[name];
  const event = isRun(process.env) ? null : await eventOn(agent);
  const paths = event && pathsOf(event, flags.state);
  if (event === null || paths === null || !isInstalled(flags.state, name)) return;
  // Only what is asked makes a unit.
  if (!makesUnit(event) && !new SignedUnits(paths.socket).hasName(sessionName(name, event.session))) return;
  // A daemon that was killed has left its socket. What speaks to one takes long to load.
  if (!(await isListening(paths.socket))) return;
  const { answerHook } = await import('./hook-answer.ts');
  await answerHook(agent, event, paths.socket, secondsOf(agent, flags));
}

/** A run of Signalbox asks by itself, in its own name. */
const isRun = ({ SIGNALBOX_MARKER, SIGNALBOX_RUN, SIGNALBOX_CREDENTIAL }: NodeJS.ProcessEnv): boolean =>
  Boolean(SIGNALBOX_MARKER || SIGNALBOX_RUN || SIGNALBOX_CREDENTIAL);

const makesUnit = ({ what: { kind } }: HookEvent): boolean =>
  kind === 'permission' || kind === 'idle' || kind === 'needs-terminal';

function secondsOf({ wait }: HookAgent, flags: HookFlags): number | null {
  const given = Number(flags.wait);
  return Number.isInteger(given) && given > 0 ? given : wait;
}

/** What the agent says has happened. null: nothing that concerns the operator, or nothing that can be read. */
async function eventOn(agent: HookAgent): Promise<HookEvent | null> {
  const parts: Buffer[] = [];
  let size = 0;
  for await (const part of stdin as AsyncIterable<Buffer>) {
    size += part.length;
    if (size > INPUT_BYTES) return null;
    parts.push(part);
  }
  try {
    const input: unknown = JSON.parse(Buffer.concat(parts).toString('utf8'));
    return typeof input === 'object' && input !== null && !Array.isArray(input)
      ? agent.read(input as Record<string, unknown>)
      : null;
  } catch {
    return null;
  }
}

/** null: no daemon has ever run for its folder, or there is no such folder. */
function pathsOf({ folder }: HookEvent, state: string): StatePaths | null {
  try {
    const paths = statePathsOf(state, projectFrom(folder));
    return existsSync(paths.socket) ? paths : null;
  } catch {
    return null;
  }
}
