/** The real agents that speak the Agent Client Protocol: which version, how it finds its scripted model, what its tools are called. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { anthropicModel } from './anthropic-model.ts';
import { geminiModel } from './gemini-model.ts';
import type { ModelServer } from './model-server.ts';
import { chatModel } from './openai-chat-model.ts';
import { responsesModel } from './openai-responses-model.ts';

export interface RealAgent {
  readonly name: 'claude' | 'codex' | 'gemini' | 'opencode';
  readonly package: string;
  readonly version: string;
  readonly program: string;
  readonly model: () => Promise<ModelServer>;
  readonly env: (url: string) => Readonly<Record<string, string>>;
  /** Writes what it needs into its home. */
  readonly furnish: (home: string, url: string) => void;
  /** A call of the model that runs a command and needs permission. */
  readonly run: (command: string) => { readonly use: string; readonly with: object };
  readonly askHuman: string;
  /** A call of the model that asks the question below; null: it has no such tool. */
  readonly form: { readonly use: string; readonly with: object } | null;
}

const options = [
  { label: 'Red', description: 'as before' },
  { label: 'Blue', description: 'calmer' },
];
const COLOR = { question: 'Which color?', header: 'Color', options };

function write(folder: string, name: string, text: string): void {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, name), text);
}

/** A model that Codex does not know: those that it knows call tools from within programs of their own. */
const codexSettings = (url: string): string => `model = "fake"
model_provider = "fake"
[model_providers.fake]
name = "fake"
base_url = "${url}/v1"
wire_api = "responses"
env_key = "CODEX_API_KEY"
`;

const opencodeSettings = (url: string) => ({
  model: 'fake/fake',
  autoupdate: false,
  provider: {
    fake: {
      npm: '@ai-sdk/openai-compatible',
      name: 'fake',
      options: { baseURL: `${url}/v1`, apiKey: 'dummy' },
      models: { fake: { name: 'fake' } },
    },
  },
});

export const REAL_AGENTS: readonly RealAgent[] = [
  {
    name: 'claude',
    package: '@agentclientprotocol/claude-agent-acp',
    version: '0.101.0',
    program: 'claude-agent-acp',
    model: anthropicModel,
    env: (url) => ({
      ANTHROPIC_BASE_URL: url,
      ANTHROPIC_API_KEY: 'dummy',
      CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: '1',
      // Claude Code wants to know that root is in a container.
      IS_SANDBOX: '1',
    }),
    furnish: () => {},
    run: (command) => ({ use: 'Bash', with: { command, description: 'Just looks' } }),
    askHuman: 'mcp__signalbox__ask_human',
    form: { use: 'AskUserQuestion', with: { questions: [{ ...COLOR, multiSelect: false }] } },
  },
  {
    name: 'codex',
    package: '@agentclientprotocol/codex-acp',
    version: '2.6.0',
    program: 'codex-acp',
    model: responsesModel,
    env: () => ({ CODEX_API_KEY: 'dummy' }),
    furnish: (home, url) => write(join(home, '.codex'), 'config.toml', codexSettings(url)),
    run: (cmd) => ({
      use: 'exec_command',
      with: { cmd, sandbox_permissions: 'require_escalated', justification: 'to try' },
    }),
    askHuman: 'mcp__signalbox__ask_human',
    form: { use: 'request_user_input', with: { questions: [{ ...COLOR, id: 'color' }] } },
  },
  {
    name: 'gemini',
    package: '@google/gemini-cli',
    version: '0.61.0',
    program: 'gemini',
    model: geminiModel,
    env: (url) => ({ GOOGLE_GEMINI_BASE_URL: url, GEMINI_API_KEY: 'dummy' }),
    furnish: (home) =>
      write(
        join(home, '.gemini'),
        'settings.json',
        // In a folder that it does not trust it starts no servers of tools.
        JSON.stringify({
          security: { auth: { selectedType: 'gemini-api-key' }, folderTrust: { enabled: false } },
        }),
      ),
    run: (command) => ({ use: 'run_shell_command', with: { command, description: 'Just looks' } }),
    askHuman: 'mcp_signalbox_ask_human',
    form: null,
  },
  {
    name: 'opencode',
    package: 'opencode-ai',
    version: '1.18.33',
    program: 'opencode',
    model: chatModel,
    env: () => ({}),
    furnish: (home, url) =>
      write(join(home, '.config', 'opencode'), 'opencode.json', JSON.stringify(opencodeSettings(url))),
    run: (command) => ({ use: 'bash', with: { command, description: 'Just looks' } }),
    askHuman: 'signalbox_ask_human',
    form: null,
  },
];
