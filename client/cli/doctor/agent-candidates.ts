/** Which agents there are to try: those that the project has configured, and those that are installed. */
import { accessSync, constants, statSync } from 'node:fs';
import { delimiter, isAbsolute, join } from 'node:path';
import { ACP_AGENTS, acpAgentBy } from '../../../shared/acp-agents.ts';
import type { AgentDefinition } from '../../../shared/agent-words.ts';
import type { Looked } from '../../../shared/offline.ts';

export interface Candidate {
  readonly name: string;
  readonly definition: AgentDefinition;
  readonly isConfigured: boolean;
  readonly driver: 'acp' | 'claude -p' | 'command';
  /** The known agent that it is, or is like; null: none. */
  readonly like: string | null;
  /** As its command names it. */
  readonly program: string;
  /** Where that is; null: nowhere. */
  readonly path: string | null;
}

/** A configured agent stands for the known one that it is like. */
export function candidatesFrom(
  { status, agents }: Pick<Looked, 'status' | 'agents'>,
  known: readonly AgentDefinition[],
  place: { readonly path: string; readonly project: string },
): Candidate[] {
  const trusted = status === 'trusted' ? agents : [];
  const configured = trusted.map((each) => candidate(each, true, place));
  const others = known
    .map((each) => candidate(each, false, place))
    .filter(({ like }) => !configured.some((each) => each.driver === 'acp' && each.like === like));
  return [...configured, ...others];
}

function candidate(
  definition: AgentDefinition,
  isConfigured: boolean,
  place: { readonly path: string; readonly project: string },
): Candidate {
  const { name, command } = definition;
  const [first, second] = command;
  const isOurs = first === 'signalbox';
  const driver = isOurs && second === 'acp' ? 'acp' : isOurs && second === 'claude' ? 'claude -p' : 'command';
  const behind = command.slice(command.indexOf('--') + 1);
  const program = (driver === 'acp' ? behind[0] : driver === 'claude -p' ? 'claude' : first) ?? '';
  const like = driver === 'acp' ? likeIn(command, behind) : driver === 'claude -p' ? 'claude' : null;
  return { name, definition, isConfigured, driver, like, program, path: found(program, place) };
}

function likeIn(command: readonly string[], behind: readonly string[]): string | null {
  const flag = command.indexOf('--like');
  const named = flag > 0 && flag < command.indexOf('--') ? command[flag + 1] : undefined;
  return named !== undefined && Object.hasOwn(ACP_AGENTS, named) ? named : acpAgentBy(behind);
}

/** Looks a program up like a shell: a name with a slash is relative to the project. */
function found(program: string, { path, project }: { path: string; project: string }): string | null {
  const places = program.includes('/')
    ? [isAbsolute(program) ? program : join(project, program)]
    : path.split(delimiter).map((folder) => join(folder, program));
  return places.find(isExecutable) ?? null;
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}
