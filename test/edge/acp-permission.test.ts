/** What an agent asks by the Agent Client Protocol before it does something: as a person sees it, and what may be chosen. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { lineDiff } from '../../client/intake/acp/line-diff.ts';
import { isFreeMode, optionsOf, permissionRequest } from '../../client/intake/acp/permission-request.ts';
import { ToolCalls } from '../../client/intake/acp/tool-calls.ts';
import type { Reply } from '../../client/intake/ask.ts';
import { ask as askInput } from '../../server/api/ask-input.ts';

const PLACE = { folder: '/project', titleIsCommand: false };
const OPTIONS = [
  { optionId: 'always-1', name: 'Allow for this session', kind: 'allow_always' },
  { optionId: 'p1', name: 'Allow', kind: 'allow_once' },
  { optionId: 'c', name: 'Reject', kind: 'reject_once' },
];
const reply = (options: readonly string[], text = ''): Reply => ({ item: 'i', options, text });
const inputs = askInput.shape.questions;

function request(updates: readonly object[], options: unknown = OPTIONS, place = PLACE) {
  const calls = new ToolCalls();
  const call = updates.map((update) => calls.take({ toolCallId: 'call', ...update })).at(-1);
  assert.ok(call);
  const made = permissionRequest(call, options, place);
  assert.ok(inputs.safeParse([made.question]).success, 'the daemon would not take it');
  return made;
}
const shown = (updates: readonly object[], place = PLACE) =>
  Object.fromEntries(
    (request(updates, OPTIONS, place).question.context ?? []).map(({ label, text }) => [label, text]),
  );

describe('what a permission shows', () => {
  test('what an earlier message said of the call, where the request says less', () => {
    const early = { title: 'bash', kind: 'execute', rawInput: { command: 'touch x', cwd: '/elsewhere' } };
    assert.deepEqual(shown([early, { title: 'touch x', rawInput: { command: 'touch x' } }]), {
      Command: 'touch x',
      Folder: '/elsewhere',
    });
    const diff = { content: [{ type: 'diff', path: '/f', oldText: 'a', newText: 'b' }] };
    const why = { content: [{ type: 'content', content: { type: 'text', text: 'to be nice' } }] };
    const { Diff, Details, File } = shown([diff, why]);
    assert.deepEqual([Diff, Details, File], ['-a\n+b', 'to be nice', '/f']);
  });

  test('the command as it will run, and not what the agent calls it', () => {
    const { Command, 'The agent calls it': title } = shown([
      {
        title: 'Look around',
        kind: 'execute',
        rawInput: { command: 'rm -rf /', description: 'Look around' },
      },
    ]);
    assert.deepEqual([Command, title], ['rm -rf /', 'Look around']);
    assert.equal(
      request([{ title: 'Look around', rawInput: { command: ['rm', '-rf'] } }]).question.prompt,
      'Allow tool: ["rm","-rf"]?',
    );
    assert.equal(shown([{ rawInput: { command: ['rm', '-rf'] } }]).Command, '["rm","-rf"]');
  });

  test('two commands: both', () => {
    const { Command, Input } = shown([{ rawInput: { command: 'touch x' } }, { rawInput: { cmd: 'rm x' } }]);
    assert.equal(Command, 'touch x');
    assert.match(Input ?? '', /rm x/);
  });

  test('a title is a command only where it is known to be one', () => {
    const call = { title: 'touch x', kind: 'execute' };
    assert.equal(shown([call]).Command, undefined);
    assert.equal(shown([call])['The agent calls it'], 'touch x');
    assert.equal(shown([call], { ...PLACE, titleIsCommand: true }).Command, 'touch x');
  });

  test('everything else that would be passed on, and paths; a diff of 10 MB is cut at 64 kB', () => {
    const text = shown([
      {
        rawInput: { file_path: '/f', mode: 'append', content: 'x' },
        locations: [{ path: '/g' }, { path: 7 }, null],
        content: [{ type: 'diff', path: '/f', oldText: null, newText: 'é\n'.repeat(5_000_000) }],
      },
    ]);
    assert.deepEqual([text.Files, JSON.parse(text.Input ?? '')], ['/g\n/f', { mode: 'append' }]);
    assert.ok(Buffer.byteLength(text.Diff ?? '') <= 65_536);
    assert.match(text.Diff ?? '', /bytes in all/);
  });

  test('a diff leaves out what is the same at both ends', () => {
    const lines = Array.from({ length: 20 }, (_, nth) => `line ${nth + 1}`);
    const before = lines.join('\n');
    assert.equal(
      lineDiff(before, before.replace('line 10\n', 'line ten\n')),
      '@@ line 7 @@\n line 7\n line 8\n line 9\n-line 10\n+line ten\n line 11\n line 12\n line 13',
    );
    assert.equal(lineDiff('', 'a\n'), '+a');
    assert.equal(lineDiff('a', 'a'), ' a');
  });
});

describe('the options of a permission', () => {
  test('once first; answered by the id that came along', () => {
    const { question, decide } = request([{ title: 't' }]);
    assert.deepEqual(
      question.options?.map(({ id, label }) => [id, label]),
      [
        ['once', 'Allow'],
        ['always', 'Allow for this session'],
        ['no', 'Reject'],
      ],
    );
    const chosen = (id: string) => decide(reply([id])).result.outcome;
    assert.deepEqual(chosen('always'), { outcome: 'selected', optionId: 'always-1' });
    assert.deepEqual(chosen('no'), { outcome: 'selected', optionId: 'c' });
  });

  test('words alone refuse, and so does a withdrawal; without a way to refuse it is cancelled', () => {
    const { decide } = request([{ title: 't' }]);
    assert.deepEqual(decide(reply([], 'no, use b')), {
      result: { outcome: { outcome: 'selected', optionId: 'c' } },
      isRefused: true,
      said: 'refused',
      words: 'no, use b',
    });
    assert.equal(decide(null).isRefused, true);
    const yes = request([{ title: 't' }], OPTIONS.slice(0, 1)).decide(null);
    assert.deepEqual([yes.result, yes.isRefused], [{ outcome: { outcome: 'cancelled' } }, true]);
  });

  test('several of a kind have ids of their own, one of no known kind allows nothing', () => {
    const options = [
      { optionId: 'a', name: 'A', kind: 'allow_once' },
      { optionId: 'b', name: 'B', kind: 'allow_once' },
      { optionId: 'x', name: 'X', kind: 'approve' },
    ];
    assert.deepEqual(
      optionsOf(options).map(({ id, optionId }) => [id, optionId]),
      [
        ['once', 'a'],
        ['once-2', 'b'],
        ['other', 'x'],
      ],
    );
    assert.equal(request([{ title: 't' }], options).decide(reply(['other'])).isRefused, true);
  });

  test('what would leave the operator out is not offered, and what only sounds like it is', () => {
    const ids = (...options: readonly (readonly [string, string])[]) =>
      optionsOf(options.map(([optionId, name]) => ({ optionId, name, kind: 'allow_always' }))).map(
        ({ optionId }) => optionId,
      );
    assert.deepEqual(
      ids(['exit-plan-auto', 'x'], ['exit-plan-clear-bypass', 'x'], ['q', 'Yes, and use auto mode']),
      [],
    );
    assert.deepEqual(
      ids(['acceptEdits', 'x'], ['exit-plan-accept-edits', 'x'], ['z', 'Yes, and auto-accept edits']),
      [],
    );
    assert.deepEqual(ids(['always', 'Do not ask again for automake'], ['k', 'Always']), ['always', 'k']);
    for (const mode of [
      'auto',
      'bypassPermissions',
      'yolo',
      'autoEdit',
      'agent-full-access',
      'https://x/y#autopilot',
    ])
      assert.ok(isFreeMode(mode), mode);
    for (const mode of ['default', 'plan', 'workspace-write', 'agent', 'https://auto.example/modes#agent'])
      assert.ok(!isFreeMode(mode), mode);
  });

  test('without an id, or without any: nothing that could be answered', () => {
    assert.deepEqual(
      optionsOf([{ name: 'A', kind: 'allow_once' }, null, 7, { optionId: '', kind: 'allow_once' }]),
      [],
    );
    assert.throws(() => request([{ title: 't' }], 'none'), /No option/);
  });
});
