/** What agents ask by their own protocols: as a person sees it, as they read the answer, and with anything broken in it. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { PassThrough, Readable } from 'node:stream';
import { describe, mock, test } from 'node:test';
import type { AskedQuestion, Replies, Reply } from '../../client/intake/ask.ts';
import { Withdrawn } from '../../client/intake/ask.ts';
import { callKey } from '../../client/intake/call-key.ts';
import { ClaudeStream } from '../../client/intake/claude-stream.ts';
import { type Methods, serveCalls } from '../../client/intake/json-rpc.ts';
import { linesOf } from '../../client/intake/lines.ts';
import { type Intake, mcpMethods } from '../../client/intake/mcp.ts';
import { WrongInput } from '../../client/intake/mcp-tools.ts';
import { permissionFor } from '../../client/intake/permission.ts';
import { cut } from '../../client/intake/tool-call.ts';
import { ask as askInput } from '../../server/api/ask-input.ts';

const inputs = askInput.shape.questions;
const FOLDER = '/project';
const permission = (tool: string, input: Record<string, unknown>) =>
  permissionFor({ tool, input, folder: FOLDER });
const shown = (tool: string, input: Record<string, unknown>) =>
  Object.fromEntries(
    permission(tool, input).questions[0]?.context?.map(({ label, text }) => [label, text]) ?? [],
  );
const reply = (options: readonly string[], text = ''): Reply => ({ item: 'i', options, text });
const optionsOf = (tool: string, input: Record<string, unknown>) =>
  permission(tool, input).questions[0]?.options?.map(({ id }) => id);

describe('what a permission shows', () => {
  test('a command: all of it, where it runs, and what else was said', () => {
    const command = `echo one\n${'x'.repeat(400)}`;
    assert.deepEqual(shown('Bash', { command, description: 'harmless', dangerouslyDisableSandbox: true }), {
      Command: command,
      Input: JSON.stringify({ description: 'harmless', dangerouslyDisableSandbox: true }, null, 2),
      Folder: FOLDER,
    });
  });

  test('an edit and a new file: the file and what changes in it', () => {
    const edit = { file_path: '/project/a', old_string: 'one\ntwo', new_string: 'three', replace_all: false };
    assert.deepEqual(shown('Edit', edit), { File: '/project/a', Diff: '-one\n-two\n+three', Folder: FOLDER });
    assert.match(shown('Edit', { ...edit, replace_all: true }).Input ?? '', /replace_all/);
    assert.equal(shown('Write', { file_path: '/project/b', content: 'x\ny' }).Diff, '+x\n+y');
    assert.equal(shown('NotebookEdit', { notebook_path: '/n', new_source: 'x', cell_id: '3' }).File, '/n');
  });

  test('any other tool: its whole input, also what is not of the expected type', () => {
    assert.deepEqual(JSON.parse(shown('mcp__x__drop', { table: 'users', dry_run: false }).Input ?? ''), {
      table: 'users',
      dry_run: false,
    });
    assert.equal(shown('Bash', { command: ['a'] }).Command, '["a"]');
  });

  test('what is too long is cut at 64 kB and says so, between characters', () => {
    const text = shown('Write', { file_path: '/f', content: 'é'.repeat(70_000) }).Diff ?? '';
    assert.ok(Buffer.byteLength(text) <= 65_536);
    assert.match(text, /é\n… \(140001 bytes in all; the rest is not shown\)$/);
    assert.equal(cut('short'), 'short');
  });

  test('the daemon takes each of them, however odd the call is', () => {
    const odd = ['', ' ', '\n', 'x'.repeat(100_000), '‮evil', '*'];
    for (const tool of ['Bash', 'Edit', 'Write', 'NotebookEdit', 'WebFetch', 'mcp__a__b', 'Odd'])
      for (const text of odd) {
        const input = {
          command: text,
          file_path: text,
          old_string: text,
          new_string: text,
          content: text,
          url: text,
        };
        for (const question of permission(tool, input).questions) inputs.parse([question]);
      }
  });
});

describe('what is always allowed', () => {
  const ruleOf = (tool: string, input: Record<string, unknown>) => {
    const decision = permission(tool, input).decide([reply(['always'])]);
    assert.equal(decision.behavior, 'allow');
    return decision.behavior === 'allow' ? decision.updatedPermissions : undefined;
  };
  const session = (rule: object) => [
    { type: 'addRules', rules: [rule], behavior: 'allow', destination: 'session' },
  ];

  test('is this command, this file, this host, and for the session alone', () => {
    assert.deepEqual(
      ruleOf('Bash', { command: 'npm test' }),
      session({ toolName: 'Bash', ruleContent: 'npm test' }),
    );
    assert.deepEqual(
      ruleOf('Write', { file_path: '/p/a b' }),
      session({ toolName: 'Edit', ruleContent: '//p/a b' }),
    );
    assert.deepEqual(
      ruleOf('WebFetch', { url: 'https://example.com/x?y' }),
      session({ toolName: 'WebFetch', ruleContent: 'domain:example.com' }),
    );
    assert.deepEqual(ruleOf('mcp__a__b', {}), session({ toolName: 'mcp__a__b' }));
  });

  for (const [tool, input] of [
    ['Bash', { command: 'rm *' }],
    ['Bash', { command: 'npm run test:*' }],
    ['Bash', { command: 'true\nrm x' }],
    ['Bash', { command: 7 }],
    ['Edit', { file_path: '/p/**' }],
    ['Edit', { file_path: 'relative' }],
    ['Edit', { file_path: '/p/[a-z]' }],
    ['WebFetch', { url: 'https://*.example.com' }],
    ['WebFetch', { url: 'no address' }],
    ['Task', { prompt: 'x' }],
  ] as const)
    test(`is not offered where a rule would allow more than was shown: ${tool} ${JSON.stringify(input)}`, () => {
      assert.deepEqual(optionsOf(tool, input), ['once', 'no']);
      const decision = permission(tool, input).decide([reply(['always'])]);
      assert.ok(!('updatedPermissions' in decision));
    });
});

describe('what is read of an answer', () => {
  const input = { command: 'make' };
  const decide = (...given: Parameters<typeof reply>) => permission('Bash', input).decide([reply(...given)]);

  test('once allows; no refuses, with the words or some of ours; words alone refuse', () => {
    assert.deepEqual(decide(['once'], 'ok'), { behavior: 'allow', updatedInput: input });
    assert.deepEqual(decide(['no'], 'use npm'), { behavior: 'deny', message: 'use npm' });
    assert.deepEqual(decide([], 'use npm'), { behavior: 'deny', message: 'use npm' });
    const silent = decide(['no']);
    assert.ok(silent.behavior === 'deny' && silent.message !== '');
    assert.equal(permission('Bash', input).decide([]).behavior, 'deny');
  });

  test('a plan: words with an agreement are added to it', () => {
    const plan = permission('ExitPlanMode', { plan: '# P', planFilePath: '/f' });
    assert.deepEqual(plan.questions[0]?.context?.[0], { label: 'Plan', text: '# P' });
    assert.deepEqual(plan.decide([reply(['approve'])]), {
      behavior: 'allow',
      updatedInput: { plan: '# P', planFilePath: '/f' },
    });
    assert.match(
      JSON.stringify(plan.decide([reply(['approve'], 'faster')])),
      /# P\\n\\nThe operator adds: faster/,
    );
    assert.deepEqual(plan.decide([reply(['no'], 'shorter')]), { behavior: 'deny', message: 'shorter' });
  });

  test('questions: labels of all that was chosen, then the words, by question', () => {
    const options = [{ label: 'A', description: 'a' }, { label: 'B' }];
    const questions = [
      { question: 'One?', header: 'H', options, multiSelect: true },
      { question: 'Two?', options: [], multiSelect: false },
    ];
    const asked = permission('AskUserQuestion', { questions });
    inputs.parse(asked.questions);
    assert.deepEqual(
      asked.questions.map(({ prompt, multiple, kind }) => [prompt, multiple, kind]),
      [
        ['One?', true, 'question'],
        ['Two?', false, 'question'],
      ],
    );
    const decision = asked.decide([reply(['1', '2'], 'and C'), reply([], 'free')]);
    assert.deepEqual(decision, {
      behavior: 'allow',
      updatedInput: { questions, answers: { 'One?': 'A, B, and C', 'Two?': 'free' } },
    });
  });

  for (const questions of [
    undefined,
    [],
    'x',
    [{}],
    [{ question: ' ' }],
    [{ question: 'Q', options: [{ label: '' }] }],
    [{ question: 'Q', options: 'A' }],
    Array(21).fill({ question: 'Q' }),
  ])
    test(`questions that are none are refused: ${JSON.stringify(questions)?.slice(0, 60)}`, () => {
      assert.throws(() => permission('AskUserQuestion', { questions }), /question|options/);
    });
});

test('the key of a call is the same when it is repeated, and may be a key whatever its id is', () => {
  const marker = 'f'.repeat(32);
  assert.equal(callKey(marker, 'toolu_01'), callKey(marker, 'toolu_01'));
  assert.notEqual(callKey(marker, 'toolu_01'), callKey('e'.repeat(32), 'toolu_01'));
  for (const id of ['toolu_01', 'a b', 'x'.repeat(5000), 'ü', 'a:1', ''])
    assert.match(`${callKey(marker, id)}.20`, /^[A-Za-z0-9._:-]{1,120}$/);
  assert.notEqual(callKey(marker, 'a b'), callKey(marker, 'a  b'));
  assert.ok(
    !callKey(marker, 'toolu_01').includes(marker),
    'naming the item would look like being of the run',
  );
});

test('lines are the same however the stream is cut, and one that is too long is told and skipped', async () => {
  const bytes = Buffer.from('one\n\nzwölf\nlast');
  for (let size = 1; size <= bytes.length; size++) {
    const parts = Array.from({ length: Math.ceil(bytes.length / size) }, (_, n) =>
      bytes.subarray(n * size, (n + 1) * size),
    );
    assert.deepEqual(await allOf(linesOf(Readable.from(parts), 100)), ['one', '', 'zwölf', 'last']);
  }
  const long = Buffer.from(`${'x'.repeat(11)}\nshort\n${'y'.repeat(30)}`);
  assert.deepEqual(await allOf(linesOf(Readable.from([long]), 10)), [null, 'short', null]);
});

async function allOf<T>(from: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const each of from) all.push(each);
  return all;
}

/** What a server answers to these lines. */
async function answersTo(methods: Methods, ...lines: readonly unknown[]) {
  const output = new PassThrough();
  const text = lines.map((line) => (typeof line === 'string' ? line : JSON.stringify(line))).join('\n');
  await serveCalls(Readable.from([Buffer.from(`${text}\n`)]), output, methods);
  await new Promise((resolve) => setImmediate(resolve));
  output.end();
  const said = (await allOf<Buffer>(output)).join('');
  return said
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as Record<string, unknown>);
}
const codesOf = (answers: readonly Record<string, unknown>[]) =>
  answers.map(({ id, error }) => [id, (error as { code?: number } | undefined)?.code]);

describe('a server for calls', () => {
  const methods: Methods = {
    echo: ({ params }) => ({ result: params }),
    wait: ({ signal }) => once(signal, 'abort').then(() => ({ result: 'late' })),
    fail: () => Promise.reject(new Error('broken')),
  };

  test('says of each broken message what is wrong with it, and goes on', async () => {
    const answers = await answersTo(
      methods,
      '{',
      '[]',
      '7',
      'null',
      {},
      { id: 1 },
      { id: {}, method: 'echo' },
      { id: 'x'.repeat(300), method: 'echo' },
      { id: 2, method: 'nothing' },
      { id: 3, method: 'toString' },
      { id: 4, method: '__proto__' },
      { id: 5, method: 'fail' },
      { jsonrpc: '2.0', id: 99, result: {} },
      { method: 'notifications/unknown' },
      '',
      { id: 'ok', method: 'echo', params: [1] },
    );
    assert.deepEqual(
      codesOf(answers).sort(),
      [
        [null, -32700],
        [null, -32600],
        [null, -32600],
        [null, -32600],
        [null, -32600],
        [null, -32600],
        [null, -32600],
        [null, -32600],
        [2, -32601],
        [3, -32601],
        [4, -32601],
        [5, -32603],
        ['ok', undefined],
      ].sort(),
    );
  });

  test('an id that is still in use answers nobody else, and too many calls at once are refused', async () => {
    const many = Array.from({ length: 101 }, (_, id) => ({ id, method: 'wait' }));
    const answers = await answersTo(methods, ...many, { id: 5, method: 'echo' });
    assert.deepEqual(codesOf(answers), [
      [100, -32000],
      [null, -32600],
    ]);
  });

  test('a cancelled call gets no answer', async () => {
    const cancel = { method: 'notifications/cancelled', params: { requestId: 1 } };
    const answers = await answersTo(methods, { id: 1, method: 'wait' }, cancel, { id: 2, method: 'echo' });
    assert.deepEqual(codesOf(answers), [[2, undefined]]);
  });

  test('a message that is too long ends it: nobody could be told', async () => {
    await assert.rejects(answersTo(methods, 'x'.repeat(17 * 1024 * 1024)), /more than 16 MiB/);
  });
});

describe('the tools', () => {
  const asked: { questions: readonly AskedQuestion[]; key: string }[] = [];
  const refusals: object[] = [];
  let answer: () => Promise<Replies>;
  const intake: Intake = {
    marker: 'm',
    folder: FOLDER,
    version: '0',
    ask: (questions, key) => {
      asked.push({ questions, key });
      return answer();
    },
    refused: async (call) => void refusals.push(call),
    unit: {
      notify: async ({ message }) => `told ${message}`,
      report: async () => Promise.reject(new WrongInput('what: one of progress, finished, failed.')),
      look: async () => 'unit: a',
    },
  };
  let confirmed = 0;
  const replying = (...replies: Reply[]) => {
    answer = async () => ({ replies, confirm: async () => void confirmed++ });
  };
  const call = (name: string, given: unknown, _meta?: object) =>
    answersTo(mcpMethods(intake), { id: 1, method: 'tools/call', params: { name, arguments: given, _meta } });
  const textOf = ([said]: Record<string, unknown>[]) =>
    (said?.result as { content: { text: string }[] } | undefined)?.content[0]?.text ?? '';

  const isErrorIn = (said: Record<string, unknown> | undefined) =>
    (said?.result as { isError?: boolean } | undefined)?.isError === true;

  test('say who they are to any version of the protocol', async () => {
    const hello = (protocolVersion?: unknown) =>
      answersTo(mcpMethods(intake), { id: 1, method: 'initialize', params: { protocolVersion } });
    const versionOf = ([said]: Record<string, unknown>[]) =>
      (said?.result as { protocolVersion: string } | undefined)?.protocolVersion;
    assert.equal(versionOf(await hello('2024-11-05')), '2024-11-05');
    assert.equal(versionOf(await hello('2031-01-01')), '2025-11-25');
    assert.equal(versionOf(await hello()), '2025-11-25');
  });

  test('approve asks under the key of the call and confirms once its answer is written', async () => {
    replying(reply(['once']));
    const before = confirmed;
    const said = await call('approve', {
      tool_name: 'Bash',
      input: { command: 'x' },
      tool_use_id: 'toolu_1',
    });
    assert.deepEqual(JSON.parse(textOf(said)), { behavior: 'allow', updatedInput: { command: 'x' } });
    assert.deepEqual([asked.at(-1)?.key, confirmed - before], [callKey('m', 'toolu_1'), 1]);
  });

  test('approve refuses where nobody could be asked, and notes it', async () => {
    answer = () => Promise.reject(new Error('Run 1 has ended.'));
    const said = await call('approve', {
      tool_name: 'Bash',
      input: { command: 'x' },
      tool_use_id: 'toolu_2',
    });
    const { behavior, message } = JSON.parse(textOf(said)) as Record<string, string>;
    assert.deepEqual([behavior, message], ['deny', 'The operator could not be asked: Run 1 has ended.']);
    assert.deepEqual(refusals.pop(), { key: callKey('m', 'toolu_2'), tool: 'Bash', subject: 'x' });
  });

  test('a question that was withdrawn refuses, and is no refusal by others', async () => {
    answer = () => Promise.reject(new Withdrawn('not needed'));
    const before = refusals.length;
    assert.match(
      textOf(await call('approve', { tool_name: 'Bash', input: {} })),
      /"deny".*withdrawn: not needed/,
    );
    assert.match(textOf(await call('ask_human', { question: 'Q?' })), /withdrawn.*Decide yourself/);
    assert.equal(refusals.length, before);
  });

  test('ask_human takes words and labels, and gives back labels and words', async () => {
    replying(reply(['2'], 'please'));
    const meta = { 'claudecode/toolUseId': 'toolu_3' };
    const said = await call(
      'ask_human',
      { question: 'Q?', options: ['A', { label: 'B', description: 'b' }], multiple: true },
      meta,
    );
    assert.equal(textOf(said), 'B, please');
    const [question] = asked.at(-1)?.questions ?? [];
    inputs.parse([question]);
    assert.deepEqual(
      [question?.options?.length, question?.multiple, asked.at(-1)?.key],
      [2, true, callKey('m', 'toolu_3')],
    );
  });

  for (const [name, given] of [
    ['approve', {}],
    ['approve', { tool_name: 7, input: {} }],
    ['approve', { tool_name: 'B', input: [] }],
    ['approve', { tool_name: '\n', input: {} }],
    ['ask_human', {}],
    ['ask_human', { question: ' ' }],
    ['ask_human', { question: 'Q', options: 'A' }],
    ['ask_human', { question: 'Q', options: [''] }],
    ['report', { what: 'done' }],
    ['nothing', {}],
    [undefined, undefined],
  ] as const)
    test(`are told what is wrong with ${name} ${JSON.stringify(given)}`, async () => {
      const before = asked.length;
      const [said] = await call(name as string, given);
      const result = said?.result as { isError?: boolean } | undefined;
      assert.ok(said?.error !== undefined || result?.isError);
      assert.equal(asked.length, before, 'it was asked');
    });

  test('ask_human takes several questions, each with what to show, and gives each its answer', async () => {
    replying(reply(['1']), reply([], 'no'));
    const context = [{ label: 'Log', text: 'it broke' }];
    const questions = [
      { question: 'One?', options: [{ label: 'A', description: 'a' }], context },
      { question: 'Two?' },
    ];
    assert.equal(textOf(await call('ask_human', { questions })), 'One?\nA\n\nTwo?\nno');
    const said = asked.at(-1)?.questions ?? [];
    inputs.parse(said);
    assert.deepEqual(
      said.map((each) => [each.prompt, each.context]),
      [
        ['One?', context],
        ['Two?', undefined],
      ],
    );
  });

  for (const [given, message] of [
    [{ question: 7 }, /^question: a text, not a number/],
    [{ question: 'x'.repeat(20_001) }, /^question: at most 20000 characters, not 20001/],
    [{ question: 'Q', questions: [] }, /^questions: give either/],
    [{ questions: [] }, /^questions: ask at least one/],
    [{ questions: Array(21).fill({ question: 'Q' }) }, /^questions: at most 20, not 21/],
    [{ questions: { question: 'Q' } }, /^questions: a list, not an object/],
    [{ questions: [{ question: 'Q' }, null] }, /^questions\[1\]: an object, not nothing/],
    [{ questions: [{ question: 'Q', multiple: 'yes' }] }, /^questions\[0\]\.multiple: true or false/],
    [{ question: 'Q', options: Array(51).fill('A') }, /^options: at most 50, not 51/],
    [{ question: 'Q', options: ['A', 7] }, /^options\[1\]: an object, not a number/],
    [{ question: 'Q', options: [{ label: 'x'.repeat(201) }] }, /^options\[0\]\.label: at most 200/],
    [{ question: 'Q', options: [{ label: 'A', description: {} }] }, /^options\[0\]\.description: a text/],
    [{ question: 'Q', context: 'log' }, /^context: a list, not a string/],
    [{ question: 'Q', context: [{ label: 'L' }] }, /^context\[0\]\.text: say what to show/],
    [{ question: 'Q', context: [{ label: 'L', text: 'x'.repeat(65_537) }] }, /^context\[0\]\.text: at most/],
  ] as const)
    test(`ask_human names the field that is wrong: ${message}`, async () => {
      const before = [asked.length, refusals.length];
      const [said] = await call('ask_human', given);
      assert.match(textOf([said ?? {}]), message);
      assert.ok(isErrorIn(said));
      assert.deepEqual([asked.length, refusals.length], before, 'what was never asked is refused by nobody');
    });

  test('a deeply nested call ends no server', async () => {
    replying(reply([], 'yes'));
    const deep = `${'['.repeat(200_000)}${']'.repeat(200_000)}`;
    const line = (name: string, given: string, id: number) =>
      `{"id":${id},"method":"tools/call","params":{"name":"${name}","arguments":${given}}}`;
    const answers = await answersTo(
      mcpMethods(intake),
      line('ask_human', `{"question":"Q","context":${deep}}`, 1),
      line('approve', `{"tool_name":"X","input":{"a":${deep}}}`, 2),
      { id: 3, method: 'ping' },
    );
    assert.deepEqual(answers.map(({ id }) => id).sort(), [1, 2, 3]);
  });

  test('notify, report and my_unit answer at once, or say what is wrong', async () => {
    assert.equal(textOf(await call('notify', { message: 'half' })), 'told half');
    assert.equal(textOf(await call('my_unit', {})), 'unit: a');
    const [said] = await call('report', { what: 'x' });
    assert.ok(isErrorIn(said));
  });

  /** What ask_human says to a host when nobody has answered after so long, and how long it waited. */
  const waitedFor = async (client: string, ms: number, _meta?: object, patience?: number) => {
    const limits: number[] = [];
    const late = mock.method(AbortSignal, 'timeout', (limit: number) => {
      limits.push(limit);
      return limit <= ms ? AbortSignal.abort() : new AbortController().signal;
    });
    answer = async () => Promise.reject(new Error('Nobody waits for the answer any more.'));
    try {
      const methods = mcpMethods({ ...intake, patience });
      const params = { name: 'ask_human', arguments: { question: 'Q?' }, _meta };
      const answers = await answersTo(
        methods,
        { id: 0, method: 'initialize', params: { clientInfo: { name: client } } },
        { id: 1, method: 'tools/call', params },
      );
      const said = answers.filter(({ id }) => id === 1);
      return [limits, /^No answer yet: call again/.test(textOf(said))];
    } finally {
      late.mock.restore();
    }
  };

  test('a host that gives calls up is answered before it does: call again', async () => {
    const token = { progressToken: 1 };
    assert.deepEqual(await waitedFor('codex-mcp-client', 300_000, token), [[290_000], true]);
    assert.deepEqual(await waitedFor('gemini-cli-mcp-client', 600_000, token), [[590_000], true]);
    assert.deepEqual(await waitedFor('anything', 60_000), [[50_000], true]);
    assert.deepEqual(await waitedFor('claude-code', 60_000, token), [[], false]);
    assert.deepEqual(await waitedFor('claude-code', 60_000, token, 5000), [[5000], true]);
  });

  test('a call that waits says so every 20 seconds, to clients that want to know', async () => {
    mock.timers.enable({ apis: ['setInterval'] });
    try {
      const notes: unknown[] = [];
      let resolve: (replies: Replies) => void = () => {};
      answer = () =>
        new Promise((done) => {
          resolve = done;
        });
      const params = { name: 'ask_human', arguments: { question: 'Q?' }, _meta: { progressToken: 'p' } };
      const work = mcpMethods(intake)['tools/call']?.({
        params,
        signal: new AbortController().signal,
        notify: (method, about) => notes.push([method, about]),
      });
      mock.timers.tick(40_000);
      resolve({ replies: [reply([], 'yes')], confirm: async () => {} });
      await work;
      mock.timers.tick(40_000);
      const note = (progress: number) => ({
        progressToken: 'p',
        progress,
        message: 'waiting for the operator',
      });
      assert.deepEqual(
        notes,
        [1, 2].map((n) => ['notifications/progress', note(n)]),
      );
    } finally {
      mock.timers.reset();
    }
  });
});

describe('what Claude Code says of a run', () => {
  const use = (id: string, name: string, input: object) => ({
    type: 'assistant',
    message: { content: [{ type: 'tool_use', id, name, input }] },
    session_id: 's1',
  });
  const result = (id: string, content: string, decision?: string) => ({
    type: 'user',
    message: { content: [{ type: 'tool_result', tool_use_id: id, is_error: true, content }] },
    ...(decision && { tool_result_meta: [{ id, permission_decision: { decision, source: 'config' } }] }),
  });
  const heard = (...events: readonly (object | string)[]) => {
    const stream = new ClaudeStream();
    const all = events.map((event) => stream.hear(typeof event === 'string' ? event : JSON.stringify(event)));
    return {
      lines: all.flatMap(({ lines }) => lines),
      refused: [
        ...new Set(
          all.flatMap(({ refused }) => refused.map(({ id, tool, subject }) => `${id} ${tool} ${subject}`)),
        ),
      ],
      sessions: all.flatMap(({ session }) => session ?? []),
      lost: stream.lost()?.id ?? null,
    };
  };
  const bash = use('t1', 'Bash', { command: 'touch x' });

  test('its session, once it has said something', () => {
    assert.deepEqual(heard({ type: 'system', subtype: 'init', session_id: 's1' }).sessions, []);
    assert.deepEqual(heard(bash, bash).sessions, ['s1']);
  });

  test('what was refused: by a rule, without a permission tool, by one that died, and in the list at the end', () => {
    const denied = { type: 'system', subtype: 'permission_denied', tool_name: 'Bash', tool_use_id: 't1' };
    const ended = {
      type: 'result',
      permission_denials: [{ tool_name: 'Bash', tool_use_id: 't9', tool_input: { command: 'y' } }],
    };
    assert.deepEqual(heard(bash, denied).refused, ['t1 Bash touch x']);
    assert.deepEqual(heard(bash, result('t1', 'no', 'reject')).refused, ['t1 Bash touch x']);
    const died = '<tool_use_error>Error calling tool (Bash): Connection closed</tool_use_error>';
    assert.deepEqual(heard(bash, result('t1', died)).refused, ['t1 Bash touch x']);
    assert.deepEqual(heard(ended).refused, ['t9 Bash y']);
  });

  test('what merely failed is no refusal', () => {
    assert.deepEqual(heard(bash, result('t1', 'Exit code 3', 'accept')).refused, []);
    for (const words of [
      'File does not exist.',
      'InputValidationError: Bash failed',
      'Error: No such tool available: X',
    ])
      assert.deepEqual(heard(bash, result('t1', `<tool_use_error>${words}</tool_use_error>`)).refused, []);
  });

  test('a question that reached nobody is lost, unless it is asked again and answered', () => {
    const ask = (id: string) => use(id, 'mcp__signalbox__ask_human', { question: 'Q?' });
    const fine = {
      type: 'user',
      message: { content: [{ type: 'tool_result', tool_use_id: 'b', content: 'yes' }] },
    };
    assert.equal(heard(ask('a'), result('a', 'Connection closed', 'accept')).lost, 'a');
    assert.equal(heard(ask('a'), result('a', 'Connection closed', 'accept'), ask('b'), fine).lost, null);
  });

  test('anything else passes, and nothing breaks it', () => {
    const odd = [
      'not JSON',
      '[]',
      '{}',
      '{"type":"user"}',
      '{"type":"assistant","message":7}',
      '{"type":"result","permission_denials":{}}',
      '{"type":"user","message":{"content":[null,7,{"type":"tool_result"}]}}',
    ];
    assert.deepEqual(heard(...odd).lines, ['not JSON', '[]']);
    const failed = { type: 'result', is_error: true, errors: ['No conversation found'] };
    assert.deepEqual(heard(bash, failed).lines, ['> Bash: touch x', 'No conversation found']);
  });
});
