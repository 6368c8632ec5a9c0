/** How the agents that speak the Agent Client Protocol differ, as recorded (see `acp-agent.mjs`). */

const content = (text) => [{ type: 'content', content: { type: 'text', text } }];
const option = (optionId, name, kind) => ({ optionId, name, kind });
const modes = (currentModeId, ...ids) => ({
  modes: { currentModeId, availableModes: ids.map((id) => ({ id, name: id })) },
});

const camel = ({ input, output }) => ({
  inputTokens: input,
  outputTokens: output,
  cachedReadTokens: 7,
  cachedWriteTokens: 0,
  totalTokens: input + output + 7,
});
const snake = ({ input, output }) => ({ input_tokens: input, output_tokens: output });
const quota = (token_count) => ({
  _meta: { quota: { token_count, model_usage: [{ model: 'm', token_count }] } },
});
/** The cost is that of the whole session. */
const costUpdate = (_, usd) => [
  ['usage_update', { used: 100, size: 200_000, cost: { amount: usd, currency: 'USD' } }],
];

const PLAIN = {
  usageUpdates: () => [],
  usageResult: () => ({}),
  hello: {
    agentCapabilities: { loadSession: true },
    agentInfo: { name: 'stand-in', version: '1' },
    authMethods: [],
  },
  opened: {},
  afterRefusal: 'end_turn',
  askHuman: 'signalbox_ask_human',
  isRefusal: (id) => /reject|cancel|^no$/.test(id),
  runUpdates: (command) => [
    ['tool_call', { title: 'bash', kind: 'execute', status: 'pending', rawInput: {} }],
    [
      'tool_call_update',
      { title: command, kind: 'execute', status: 'in_progress', rawInput: { command, cwd: process.cwd() } },
    ],
  ],
  options: [
    option('once', 'Allow once', 'allow_once'),
    option('always', 'Always allow', 'allow_always'),
    option('reject', 'Reject', 'reject_once'),
  ],
  runRequest(toolCallId, command) {
    return {
      toolCall: { toolCallId, title: command, kind: 'execute', status: 'pending', rawInput: { command } },
      options: this.options,
    };
  },
  editRequest(toolCallId, name) {
    return {
      toolCall: { toolCallId, title: `Edit ${name}`, kind: 'edit', rawInput: { filepath: name } },
      options: this.options,
    };
  },
  planRequest(toolCallId, text) {
    return {
      toolCall: { toolCallId, title: 'Plan', kind: 'switch_mode', content: content(text) },
      options: this.options,
    };
  },
  mcpRequest(toolCallId, question) {
    return {
      toolCall: { toolCallId, title: this.askHuman, kind: 'other', rawInput: { question } },
      options: this.options,
    };
  },
  questions: () => {
    throw new Error('no questions');
  },
};

/** A form, with the names of its fields as the agent makes them. */
const form = (toolCallId, message, properties) => ({
  method: 'elicitation/create',
  params: { mode: 'form', toolCallId, message, requestedSchema: { type: 'object', properties } },
  read: (answer) => answer,
});

function claudeForm(toolCallId, asked) {
  const properties = asked.flatMap(([question, ...labels], nth) => [
    [
      `question_${nth}`,
      {
        type: 'string',
        title: 'Header',
        ...(asked.length > 1 && { description: question }),
        oneOf: labels.map((label) => ({ const: label, title: label })),
      },
    ],
    [
      `question_${nth}_custom`,
      { type: 'string', title: 'Other', description: 'Type your own answer (optional).' },
    ],
  ]);
  const message = asked.length > 1 ? 'Please answer the following questions.' : asked[0][0];
  return form(toolCallId, message, Object.fromEntries(properties));
}

function codexForm(toolCallId, asked) {
  const properties = asked.flatMap(([question, ...labels], nth) => [
    [
      `q${nth}`,
      {
        title: question,
        description: 'Header',
        type: 'string',
        oneOf: [...labels, 'None of the above'].map((label) => ({ const: label, title: label })),
        _meta: { codex: { isOther: true } },
      },
    ],
    [
      `q${nth}_note`,
      { type: 'string', title: 'Note', _meta: { codex: { questionId: `q${nth}`, role: 'user_note' } } },
    ],
  ]);
  return form(toolCallId, 'Codex needs your input to continue.', Object.fromEntries(properties));
}

function qwenForm(toolCallId, asked) {
  const qwenQuestions = asked.map(([question, ...labels]) => ({
    question,
    header: 'Header',
    options: labels.map((label) => ({ label, description: '' })),
  }));
  const _meta = { toolName: 'ask_user_question', qwenInteractionKind: 'user_question', qwenQuestions };
  const title = `Ask user ${asked.length} question${asked.length === 1 ? '' : 's'}`;
  const rawInput = { questions: qwenQuestions };
  const toolCall = { toolCallId, status: 'pending', title, content: [], kind: 'think', rawInput, _meta };
  return {
    method: 'session/request_permission',
    params: {
      toolCall,
      options: [option('proceed_once', 'Submit', 'allow_once'), option('cancel', 'Cancel', 'reject_once')],
    },
    read: ({ outcome, answers }) => ({ outcome: outcome.optionId, answers }),
  };
}

const steering = { _meta: { steering: { supported: true } } };

export const LIKE = {
  claude: {
    ...PLAIN,
    usageUpdates: costUpdate,
    usageResult: (used) => ({ usage: camel(used), ...quota(camel(used)) }),
    hello: { ...PLAIN.hello, ...steering },
    opened: {
      ...modes('auto', 'default', 'acceptEdits', 'plan', 'auto', 'bypassPermissions'),
      configOptions: [
        {
          id: 'model',
          category: 'model',
          type: 'select',
          currentValue: 'default',
          options: [{ value: 'default' }, { value: 'opus' }],
        },
      ],
    },
    afterRefusal: 'goes on',
    options: [
      option('allow-once', 'Yes', 'allow_once'),
      option('allow-with-updates', 'Yes, and do not ask again', 'allow_always'),
      option('reject', 'No', 'reject_once'),
    ],
    runUpdates: (command) => [
      [
        'tool_call',
        { name: 'Bash', title: 'Terminal', kind: 'execute', status: 'pending', rawInput: {}, content: [] },
      ],
      [
        'tool_call_update',
        { title: command, rawInput: { command, description: 'Just looks' }, content: content('Just looks') },
      ],
    ],
    planRequest: (toolCallId, plan) => ({
      toolCall: {
        toolCallId,
        name: 'ExitPlanMode',
        title: 'Approve Plan',
        kind: 'switch_mode',
        rawInput: { plan },
      },
      options: [
        option('exit-plan-default', 'Yes, manually approve edits', 'allow_once'),
        option('exit-plan-clear-auto', 'Yes, clear context (0% used) and use auto mode', 'allow_always'),
        option('exit-plan-auto', 'Yes, and use auto mode', 'allow_always'),
        option('exit-plan-bypass', 'Yes, and bypass permissions', 'allow_always'),
        option('reject', 'No, keep planning', 'reject_once'),
      ],
    }),
    questions: claudeForm,
  },
  codex: {
    ...PLAIN,
    usageUpdates: () => [['usage_update', { used: 100, size: 200_000 }]],
    usageResult: (used) => ({ usage: camel(used), ...quota(camel(used)) }),
    hello: { ...PLAIN.hello, ...steering },
    opened: modes('agent', 'read-only', 'workspace-write', 'agent', 'agent-full-access'),
    afterRefusal: 'cancelled',
    options: [
      option('allow_once', 'Yes, proceed', 'allow_once'),
      option('accept_execpolicy_amendment', 'Yes, and do not ask again', 'allow_always'),
      option('cancel', 'No, and tell Codex what to do differently', 'reject_once'),
    ],
    questions: codexForm,
  },
  gemini: {
    ...PLAIN,
    usageResult: (used) => quota(snake(used)),
    opened: modes('default', 'default', 'autoEdit', 'yolo', 'plan'),
    afterRefusal: 'goes on',
    staysOn: true,
    // "Always" stands first, and the command in the title alone.
    options: [
      option('proceed_always', 'Allow for this session', 'allow_always'),
      option('proceed_once', 'Allow', 'allow_once'),
      option('cancel', 'Reject', 'reject_once'),
    ],
    runUpdates: () => [],
    runRequest(toolCallId, title) {
      return {
        toolCall: { toolCallId, status: 'pending', title, kind: 'execute', content: content('(Just looks)') },
        options: this.options,
      };
    },
  },
  opencode: {
    ...PLAIN,
    costsAtLoad: true,
    usageUpdates: costUpdate,
    usageResult: (used) => ({ usage: camel(used) }),
  },
  qwen: {
    ...PLAIN,
    usageUpdates: ({ input, output }) => [
      [
        'agent_message_chunk',
        { content: { type: 'text', text: '' }, _meta: { usage: camel({ input, output }) } },
      ],
    ],
    opened: modes('auto', 'plan', 'default', 'auto-edit', 'auto', 'yolo'),
    questions: qwenForm,
    options: [
      option('proceed_always_project', 'Always Allow in project: touch *', 'allow_always'),
      option('proceed_always_user', 'Always Allow for user: touch *', 'allow_always'),
      option('proceed_once', 'Allow', 'allow_once'),
      option('cancel', 'Reject', 'reject_once'),
    ],
    runUpdates: () => [
      [
        'tool_call',
        {
          status: 'pending',
          title: 'Shell',
          content: [],
          kind: 'execute',
          rawInput: {},
          _meta: { toolName: 'run_shell_command', provenance: 'builtin', phase: 'preparing' },
        },
      ],
    ],
    runRequest(toolCallId, command) {
      return {
        toolCall: {
          toolCallId,
          status: 'pending',
          title: command,
          content: [],
          locations: [],
          kind: 'execute',
          rawInput: { command, is_background: false },
          _meta: { toolName: 'run_shell_command' },
        },
        options: this.options,
      };
    },
    /** It asks before it calls a server of tools, ours too. */
    asksFirst: true,
    mcpRequest(toolCallId, question) {
      return {
        toolCall: {
          toolCallId,
          status: 'pending',
          title: JSON.stringify({ question }),
          kind: 'read',
          rawInput: { question },
          _meta: { toolName: 'mcp__signalbox__ask_human' },
        },
        options: this.options,
      };
    },
  },
  copilot: {
    ...PLAIN,
    usageUpdates: () => [['usage_update', { used: 100, size: 128_000 }]],
    usageResult: (used) => ({ usage: camel(used) }),
    opened: modes(
      'https://example.invalid/session-modes#autopilot',
      'https://example.invalid/session-modes#agent',
      'https://example.invalid/session-modes#autopilot',
    ),
    options: [
      option('allow_once', 'Allow once', 'allow_once'),
      option('allow_always', 'Always allow', 'allow_always'),
      option('reject_once', 'Deny', 'reject_once'),
    ],
    runUpdates: (command) => [
      [
        'tool_call',
        {
          title: 'Look around',
          kind: 'execute',
          status: 'pending',
          rawInput: { command, description: 'Look around' },
        },
      ],
    ],
    runRequest(toolCallId, command) {
      return {
        toolCall: {
          toolCallId,
          title: 'Look around',
          kind: 'execute',
          status: 'pending',
          rawInput: { command, commands: [command] },
        },
        options: this.options,
      };
    },
  },
};
