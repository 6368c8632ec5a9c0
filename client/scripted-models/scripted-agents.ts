/**
 * The agents that can be tried without a model: how each finds a scripted one in place of its own, and what its tools are
 * called. Found out with the versions that `npm run test:agents` installs.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { anthropicModel } from './anthropic-model.ts';
import { geminiModel } from './gemini-model.ts';
import type { ModelServer } from './model-server.ts';
import { chatModel } from './openai-chat-model.ts';
import { responsesModel } from './openai-responses-model.ts';

/** A call of a tool by the model. */
export interface ScriptedCall {
  readonly use: string;
  readonly with: object;
}

export interface ScriptedQuestion {
  readonly question: string;
  readonly options: readonly { readonly label: string; readonly description: string }[];
  readonly multiple?: boolean;
}

export interface ScriptedAgent {
  readonly model: () => Promise<ModelServer>;
  readonly env: (url: string) => Readonly<Record<string, string>>;
  /** Writes what it needs into a home that is empty. */
  readonly furnish: (home: string, url: string) => void;
  /** Runs a command for which it needs permission. */
  readonly run: (command: string) => ScriptedCall;
  /** Asks the person these questions by its own tool; null: it has none. */
  readonly ask: ((questions: readonly ScriptedQuestion[]) => ScriptedCall) | null;
  /** Our own tool, as its model knows it; null: it does not start servers of tools that it is given. */
  readonly askHuman: string | null;
}

/** Nothing goes further than this machine, and nothing is changed on it. */
const CLAUDE = {
  ANTHROPIC_API_KEY: 'dummy',
  CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: '1',
  DISABLE_AUTOUPDATER: '1',
  DISABLE_TELEMETRY: '1',
  DISABLE_ERROR_REPORTING: '1',
  // Claude Code wants to know that root is in a container.
  IS_SANDBOX: '1',
};

/** A model that Codex does not know: those that it knows call tools from within programs of their own. */
const codexSettings = (url: string): string => `model = "fake"
model_provider = "fake"
check_for_update_on_startup = false
[analytics]
enabled = false
[model_providers.fake]
name = "fake"
base_url = "${url}/v1"
wire_api = "responses"
env_key = "CODEX_API_KEY"
`;

const GEMINI_SETTINGS = {
  // In a folder that it does not trust it starts no servers of tools.
  security: { auth: { selectedType: 'gemini-api-key' }, folderTrust: { enabled: false } },
  general: { disableAutoUpdate: true, disableUpdateNag: true },
  privacy: { usageStatisticsEnabled: false },
};

const opencodeSettings = (url: string) => ({
  model: 'fake/fake',
  autoupdate: false,
  share: 'disabled',
  provider: {
    fake: {
      npm: '@ai-sdk/openai-compatible',
      name: 'fake',
      options: { baseURL: `${url}/v1`, apiKey: 'dummy' },
      // It says what a session has cost only where the size of the context is known. In dollars, for a million tokens.
      models: {
        fake: {
          name: 'fake',
          limit: { context: 200_000, output: 10_000 },
          cost: { input: 1000, output: 2000 },
        },
      },
    },
  },
});

const QWEN_SETTINGS = {
  security: { auth: { selectedType: 'openai' } },
  general: { disableAutoUpdate: true, enableAutoUpdate: false },
  privacy: { usageStatisticsEnabled: false },
};

function write(folder: string, name: string, text: string): void {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, name), text);
}

const headed = ({ question, options, multiple = false }: ScriptedQuestion, nth: number) => ({
  question,
  header: `Header ${nth + 1}`,
  multiSelect: multiple,
  options,
});
const shell = (use: string) => (command: string) => ({
  use,
  with: { command, description: 'Just looks' },
});

export const SCRIPTED_AGENTS: Readonly<Record<string, ScriptedAgent>> = {
  claude: {
    model: anthropicModel,
    env: (url) => ({ ...CLAUDE, ANTHROPIC_BASE_URL: url }),
    furnish: () => {},
    run: shell('Bash'),
    ask: (questions) => ({ use: 'AskUserQuestion', with: { questions: questions.map(headed) } }),
    askHuman: 'mcp__signalbox__ask_human',
  },
  codex: {
    model: responsesModel,
    env: () => ({ CODEX_API_KEY: 'dummy' }),
    furnish: (home, url) => write(join(home, '.codex'), 'config.toml', codexSettings(url)),
    run: (cmd) => ({
      use: 'exec_command',
      with: { cmd, sandbox_permissions: 'require_escalated', justification: 'to try' },
    }),
    ask: (questions) => ({
      use: 'request_user_input',
      with: {
        questions: questions.map(({ question, options }, nth) => ({
          id: `question_${nth}`,
          header: `Header ${nth + 1}`,
          question,
          options,
        })),
      },
    }),
    askHuman: 'mcp__signalbox__ask_human',
  },
  gemini: {
    model: geminiModel,
    env: (url) => ({ GOOGLE_GEMINI_BASE_URL: url, GEMINI_API_KEY: 'dummy' }),
    furnish: (home) => write(join(home, '.gemini'), 'settings.json', JSON.stringify(GEMINI_SETTINGS)),
    run: shell('run_shell_command'),
    ask: null,
    askHuman: 'mcp_signalbox_ask_human',
  },
  opencode: {
    model: chatModel,
    env: () => ({ OPENCODE_DISABLE_AUTOUPDATE: '1', OPENCODE_DISABLE_MODELS_FETCH: '1' }),
    furnish: (home, url) =>
      write(join(home, '.config', 'opencode'), 'opencode.json', JSON.stringify(opencodeSettings(url))),
    run: shell('bash'),
    ask: null,
    askHuman: 'signalbox_ask_human',
  },
  qwen: {
    model: chatModel,
    env: (url) => ({ OPENAI_BASE_URL: `${url}/v1`, OPENAI_API_KEY: 'dummy', OPENAI_MODEL: 'fake' }),
    furnish: (home) => write(join(home, '.qwen'), 'settings.json', JSON.stringify(QWEN_SETTINGS)),
    run: (command) => ({ use: 'run_shell_command', with: { command, is_background: false } }),
    ask: (questions) => ({ use: 'ask_user_question', with: { questions: questions.map(headed) } }),
    askHuman: 'mcp__signalbox__ask_human',
  },
  copilot: {
    model: chatModel,
    env: (url) => ({
      COPILOT_PROVIDER_TYPE: 'openai',
      COPILOT_PROVIDER_BASE_URL: `${url}/v1`,
      COPILOT_PROVIDER_API_KEY: 'dummy',
      COPILOT_MODEL: 'fake',
      COPILOT_AUTO_UPDATE: 'false',
    }),
    furnish: () => {},
    run: shell('bash'),
    ask: null,
    askHuman: null,
  },
};
