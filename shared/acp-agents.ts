/**
 * The programs that are known to speak the Agent Client Protocol, with what differs between them. Found out by running
 * these versions against scripted models: claude-agent-acp 0.101.0, codex-acp 2.6.0, Gemini CLI 0.61.0, opencode
 * 1.18.33, Qwen Code 0.24.4 and Copilot CLI 1.0.102.
 */
export interface AcpAgent {
  readonly command: readonly string[];
  /** The package that brings the program along. */
  readonly package: string;
  /** The mode in which it asks a person; null: it has none, and is told by its environment. */
  readonly mode: string | null;
  /** Names of the operator's variables that it may see. */
  readonly env: readonly string[];
  /** Variables that it gets, unless the operator has set them. */
  readonly settings: Readonly<Record<string, string>>;
  /** How a person logs in. */
  readonly login: string;
  /** It reads a prompt that comes while it waits for a permission. Others are told after their turn. */
  readonly hearsWhileAsking: boolean;
  /** The title of a call that runs a command is the command, and stands nowhere else. */
  readonly titleIsCommand: boolean;
}

const AGENT = { settings: {}, hearsWhileAsking: false, titleIsCommand: false };

export const ACP_AGENTS: Readonly<Record<string, AcpAgent>> = {
  claude: {
    ...AGENT,
    command: ['claude-agent-acp'],
    package: '@agentclientprotocol/claude-agent-acp',
    // Its own first mode is "auto", in which a model decides.
    mode: 'default',
    env: [
      'ANTHROPIC_API_KEY',
      'ANTHROPIC_AUTH_TOKEN',
      'ANTHROPIC_BASE_URL',
      'CLAUDE_CODE_OAUTH_TOKEN',
      'CLAUDE_CONFIG_DIR',
    ],
    login: 'claude /login, or set ANTHROPIC_API_KEY',
    hearsWhileAsking: true,
  },
  codex: {
    ...AGENT,
    command: ['codex-acp'],
    package: '@agentclientprotocol/codex-acp',
    // Its own first mode is "agent", in which a model reviews.
    mode: 'workspace-write',
    env: ['CODEX_API_KEY', 'OPENAI_API_KEY', 'CODEX_HOME'],
    // Without it, Codex asks questions in its plan mode only.
    settings: { CODEX_CONFIG: '{"features":{"default_mode_request_user_input":true}}' },
    login: 'codex login, or set CODEX_API_KEY',
    hearsWhileAsking: true,
  },
  gemini: {
    ...AGENT,
    command: ['gemini', '--acp'],
    package: '@google/gemini-cli',
    mode: 'default',
    env: [
      'GEMINI_API_KEY',
      'GOOGLE_API_KEY',
      'GOOGLE_GEMINI_BASE_URL',
      'GOOGLE_CLOUD_PROJECT',
      'GOOGLE_CLOUD_LOCATION',
      'GOOGLE_GENAI_USE_VERTEXAI',
    ],
    login: 'gemini (it asks at its first start), or set GEMINI_API_KEY',
    titleIsCommand: true,
  },
  opencode: {
    ...AGENT,
    command: ['opencode', 'acp'],
    package: 'opencode-ai',
    mode: null,
    env: ['ANTHROPIC_API_KEY', 'OPENAI_API_KEY', 'GEMINI_API_KEY', 'OPENCODE_CONFIG'],
    // Without it, it asks nothing.
    settings: { OPENCODE_CONFIG_CONTENT: '{"permission":{"bash":"ask","edit":"ask"}}' },
    login: 'opencode auth login',
  },
  qwen: {
    ...AGENT,
    command: ['qwen', '--acp'],
    package: '@qwen-code/qwen-code',
    mode: 'default',
    env: ['OPENAI_API_KEY', 'OPENAI_BASE_URL', 'OPENAI_MODEL', 'DASHSCOPE_API_KEY'],
    login: 'qwen (it asks at its first start), or set OPENAI_API_KEY',
  },
  copilot: {
    ...AGENT,
    command: ['copilot', '--acp'],
    package: '@github/copilot',
    mode: 'agent',
    env: ['GH_TOKEN', 'GITHUB_TOKEN', 'COPILOT_GITHUB_TOKEN'],
    login: 'copilot login',
  },
};

const ANY: AcpAgent = { ...AGENT, command: [], package: '', mode: null, env: [], login: '' };

/** The name of a known agent by the program that a command starts; null: none that is known. */
export function acpAgentBy(command: readonly string[]): string | null {
  const program = command[0]?.split('/').at(-1);
  return Object.keys(ACP_AGENTS).find((name) => ACP_AGENTS[name]?.command[0] === program) ?? null;
}

/** What is known of an agent; of one that nobody knows, that it is like no other. */
export const acpAgent = (name: string | null): AcpAgent =>
  (name !== null && Object.hasOwn(ACP_AGENTS, name) && ACP_AGENTS[name]) || ANY;
