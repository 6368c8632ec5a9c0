/** The real agents that speak the Agent Client Protocol: which version of which package, and what is known of each. */
import { SCRIPTED_AGENTS, type ScriptedAgent } from '../../client/scripted-models/scripted-agents.ts';
import { ACP_AGENTS } from '../../shared/acp-agents.ts';

export interface RealAgent extends ScriptedAgent {
  readonly name: string;
  readonly package: string;
  readonly version: string;
  readonly program: string;
}

const VERSIONS: Readonly<Record<string, string>> = {
  claude: '0.101.0',
  codex: '2.6.0',
  gemini: '0.61.0',
  opencode: '1.18.33',
  qwen: '0.24.4',
  copilot: '1.0.102',
};

export const REAL_AGENTS: readonly RealAgent[] = Object.entries(VERSIONS).map(([name, version]) => {
  const scripted = SCRIPTED_AGENTS[name];
  const known = ACP_AGENTS[name];
  if (!scripted || !known) throw new Error(`Nothing is known of ${name}.`);
  return { ...scripted, name, version, package: known.package, program: known.command[0] ?? '' };
});
