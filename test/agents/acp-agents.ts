/** The real agents: which version of which package, how `signalbox.json` names them, and what is known of each. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  SCRIPTED_AGENTS,
  type ScriptedAgent,
  type ScriptedCall,
} from '../../client/scripted-models/scripted-agents.ts';
import { ACP_AGENTS } from '../../shared/acp-agents.ts';

export interface RealAgent extends ScriptedAgent {
  readonly name: string;
  readonly title: string;
  readonly package: string;
  readonly version: string;
  readonly program: string;
  /** In `signalbox.json`, with the names of the variables that it may see. */
  readonly entry: (env: readonly string[]) => object;
  /** The process of ours that holds what it asks. */
  readonly adapter: RegExp;
  /** Its model proposes a plan, so many times; null: it has none that a person is asked about. */
  readonly plan: ((text: string, times: number) => readonly ScriptedCall[]) | null;
  /** Its session goes on with the answer alone; others get the whole prompt again. */
  readonly goesOn: boolean;
}

const VERSIONS: Readonly<Record<string, string>> = {
  claude: '0.101.0',
  codex: '2.6.0',
  gemini: '0.61.0',
  opencode: '1.18.33',
  qwen: '0.24.4',
  copilot: '1.0.102',
};

/** The file of a plan stands in the prompt of Claude Code. */
const claudePlan = (text: string, times: number): ScriptedCall[] => [
  { use: 'EnterPlanMode', with: {} },
  { use: 'Write', with: { file_path: '$PLAN_FILE', content: text } },
  ...Array.from({ length: times }, () => ({ use: 'ExitPlanMode', with: {} })),
];
const qwenPlan = (text: string, times: number): ScriptedCall[] => [
  { use: 'enter_plan_mode', with: {} },
  ...Array.from({ length: times }, () => ({ use: 'exit_plan_mode', with: { plan: text } })),
];
const PLANS: Readonly<Record<string, RealAgent['plan']>> = { claude: claudePlan, qwen: qwenPlan };

function knownAs(name: string): ScriptedAgent & { package: string; program: string } {
  const scripted = SCRIPTED_AGENTS[name];
  const known = ACP_AGENTS[name];
  if (!scripted || !known) throw new Error(`Nothing is known of ${name}.`);
  return { ...scripted, package: known.package, program: known.command[0] ?? '' };
}

/** Those that speak the Agent Client Protocol. */
export const REAL_AGENTS: readonly RealAgent[] = Object.entries(VERSIONS).map(([name, version]) => {
  const known = knownAs(name);
  return {
    ...known,
    name,
    title: `${known.package} ${version}`,
    version,
    entry: (env) => ({ driver: 'acp', env }),
    adapter: /signalbox\.js acp /,
    plan: PLANS[name] ?? null,
    // Gemini keeps no session of which the first turn has not ended.
    goesOn: name !== 'gemini',
  };
});

const EXAMPLE = join(import.meta.dirname, '..', '..', '..', 'examples', 'agents', 'signalbox.json');

interface Definition {
  readonly command: readonly string[];
  readonly resume: readonly string[];
  readonly env: readonly string[];
}

/** Claude Code by `claude -p`, as the shipped entry has it. */
export const CLAUDE_CODE: RealAgent = {
  ...knownAs('claude'),
  name: 'claude',
  title: 'Claude Code 2.1.332, by claude -p',
  package: '@anthropic-ai/claude-code',
  version: '2.1.332',
  program: 'claude',
  entry: (names) => {
    const { agents } = JSON.parse(readFileSync(EXAMPLE, 'utf8')) as { agents: { claude: Definition } };
    const { command, resume, env } = agents.claude;
    return { command, resume, env: [...new Set([...env, ...names])] };
  },
  adapter: /signalbox\.js mcp$/,
  plan: claudePlan,
  goesOn: false,
};
