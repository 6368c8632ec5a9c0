/** The real agents: which version of which package, how `signalbox.json` names them, and what is known of each. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import {
  SCRIPTED_AGENTS,
  type ScriptedAgent,
  type ScriptedCall,
} from '../../client/scripted-models/scripted-agents.ts';
import { ACP_AGENTS } from '../../shared/acp-agents.ts';
import type { Act } from './cells.ts';

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
  /** Its model changes words of a file. */
  readonly change: (path: string, before: string, after: string) => readonly ScriptedCall[];
  /** Its session goes on with the answer alone; others get the whole prompt again. */
  readonly goesOn: boolean;
  /** Settings of its own that refuse "rm"; null: it has none that it tells of. */
  readonly rules: OwnRules | null;
  /** Whether it starts our program again where that has died, and asks its next call by it. */
  readonly startsAgain: boolean;
  /** Whether "always" is a rule that it writes into a file of the project. */
  readonly keepsRule: boolean;
  /** Whether it loads no session that began in this very minute: it then writes both into one file. */
  readonly losesWithinMinute: boolean;
  /** What it does not do, and why. */
  readonly without: Readonly<Partial<Record<Act, string>>>;
}

interface OwnRules {
  readonly env?: Readonly<Record<string, string>>;
  readonly furnish?: (home: string) => void;
  /** Added to its entry in `signalbox.json`. */
  readonly entry?: object;
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

type Change = RealAgent['change'];
const claudeChange: Change = (file_path, old_string, new_string) => [
  { use: 'Read', with: { file_path } },
  { use: 'Edit', with: { file_path, old_string, new_string } },
];
const codexChange: Change = (path, before, after) => {
  const patch = `*** Begin Patch\n*** Update File: ${path}\n@@\n-${before}\n+${after}\n*** End Patch`;
  return [{ use: 'exec_command', with: { cmd: `apply_patch <<'EOF'\n${patch}\nEOF\n` } }];
};
const CHANGES: Readonly<Record<string, Change>> = {
  claude: claudeChange,
  codex: codexChange,
  gemini: (file_path, old_string, new_string) => [
    { use: 'replace', with: { file_path, instruction: 'to try', old_string, new_string } },
  ],
  opencode: (filePath, oldString, newString) => [
    { use: 'read', with: { filePath } },
    { use: 'edit', with: { filePath, oldString, newString } },
  ],
  qwen: (file_path, old_string, new_string) => [
    { use: 'read_file', with: { file_path } },
    { use: 'edit', with: { file_path, old_string, new_string } },
  ],
  copilot: (path, old_str, new_str) => [
    { use: 'view', with: { path } },
    { use: 'edit', with: { path, old_str, new_str } },
  ],
};

function changed(path: string, more: object): void {
  const before = existsSync(path) ? (JSON.parse(readFileSync(path, 'utf8')) as object) : {};
  put(path, JSON.stringify({ ...before, ...more }));
}

function put(path: string, text: string): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
}

const CLAUDE_RULES: OwnRules = {
  furnish: (home) =>
    changed(join(home, '.claude', 'settings.json'), { permissions: { deny: ['Bash(rm *)'] } }),
};
const GEMINI_RULE = `[[rule]]
toolName = "run_shell_command"
commandPrefix = "rm"
decision = "deny"
priority = 900
`;
const RULES: Readonly<Record<string, OwnRules>> = {
  claude: CLAUDE_RULES,
  gemini: { furnish: (home) => put(join(home, '.gemini', 'policies', 'no-rm.toml'), GEMINI_RULE) },
  opencode: {
    env: { OPENCODE_CONFIG_CONTENT: '{"permission":{"bash":{"*":"ask","rm *":"deny"},"edit":"ask"}}' },
  },
  qwen: {
    furnish: (home) =>
      changed(join(home, '.qwen', 'settings.json'), { permissions: { deny: ['Bash(rm *)'] } }),
  },
  copilot: { entry: { command: ['copilot', '--acp', '--deny-tool', 'shell(rm)'] } },
};

const NO_QUESTIONS = 'it asks nothing by this protocol but permissions';
const NO_PLANS = 'it asks nobody about a plan';
const QUESTIONS = { question: NO_QUESTIONS, several: NO_QUESTIONS, words: NO_QUESTIONS };
const PLAN = { plan: NO_PLANS, 'sent-back': NO_PLANS };
const WITHOUT: Readonly<Record<string, RealAgent['without']>> = {
  codex: { ...PLAN, refused: 'it tells nobody of a command that its rules forbid' },
  gemini: { ...QUESTIONS, ...PLAN },
  opencode: { ...QUESTIONS, ...PLAN },
  copilot: { ...QUESTIONS, ...PLAN, human: 'it does not start servers of tools that it is given' },
};

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
    change: CHANGES[name] ?? claudeChange,
    // Gemini keeps no session of which the first turn has not ended.
    goesOn: name !== 'gemini',
    startsAgain: false,
    keepsRule: name === 'qwen',
    losesWithinMinute: name === 'gemini',
    rules: RULES[name] ?? null,
    without: WITHOUT[name] ?? {},
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
  change: claudeChange,
  goesOn: false,
  startsAgain: true,
  keepsRule: false,
  losesWithinMinute: false,
  rules: CLAUDE_RULES,
  without: { interrupt: 'a signal makes it end' },
};
