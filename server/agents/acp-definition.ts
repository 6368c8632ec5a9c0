import { ACP_AGENTS, acpAgent, acpAgentBy } from '../../shared/acp-agents.ts';
import { ACP_DRIVER, AGENT_PHASES, type AgentDefinition } from '../../shared/agent-words.ts';
import { Problem } from '../system/problem.ts';

/** An entry with `"driver": "acp"`, as `signalbox.json` has it. */
export interface AcpEntry {
  readonly command?: readonly string[] | undefined;
  /** The known agent whose quirks apply; default: by its program or name. */
  readonly like?: string | undefined;
  readonly mode?: string | undefined;
  readonly model?: string | undefined;
  /** Modes in which nobody is asked, which units may choose all the same. */
  readonly modes: readonly string[];
  readonly env: readonly string[];
  readonly phases: readonly string[];
  readonly prompts: Readonly<Record<string, string>>;
}

/**
 * Translates it into a command: `signalbox acp` drives the agent inside the run, so that the daemon knows no protocol
 * and waiting questions outlive it. Throws a `Problem` if no program is named.
 */
export function acpDefinition(path: string, name: string, entry: AcpEntry): AgentDefinition {
  const { command: given, mode, model, modes, env, phases, prompts } = entry;
  const like = entry.like ?? (given ? acpAgentBy(given) : Object.hasOwn(ACP_AGENTS, name) ? name : null);
  const known = acpAgent(like);
  const program = given ?? known.command;
  if (program.length === 0)
    throw new Problem(
      'data',
      `${path} cannot be taken. agents.${name}.command: Name the program. Without one are known: ${Object.keys(ACP_AGENTS).join(', ')}.`,
    );
  const flags = { like, mode, model };
  const said = Object.entries(flags).flatMap(([flag, value]) => (value ? [`--${flag}`, value] : []));
  const free = modes.flatMap((each) => ['--free-mode', each]);
  const start = [...ACP_DRIVER, ...said, ...free, '--prompt', '{prompt}'];
  return {
    name,
    command: [...start, '--', ...program],
    resume: [...start, '--session', '{session}', '--', ...program],
    env: [...new Set([...known.env, ...env])],
    phases,
    prompts,
    // The driver reads the answers file itself.
    interrupt: null,
  };
}

/** Each as if `signalbox.json` had no more of it than its driver. */
export const knownAgents = (): AgentDefinition[] =>
  Object.keys(ACP_AGENTS).map((name) =>
    acpDefinition('', name, { env: [], modes: [], phases: [...AGENT_PHASES], prompts: {} }),
  );
