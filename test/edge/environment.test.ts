/** What a run gets along: little of the daemon's environment, the way back, and what was answered so far. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { AnswersFiles, writeAnswers } from '../../server/runs/answers-file.ts';
import { environmentFor, makeBin, type RunEnvironment } from '../../server/runs/environment.ts';
import type { GivenAnswer, Item } from '../../shared/item-words.ts';
import type { WorkUnit } from '../../shared/words.ts';
import { spec } from '../core/store-fixture.ts';

const folder = mkdtempSync(join(tmpdir(), 'sbx-environment-'));
after(() => rmSync(folder, { recursive: true, force: true }));

const one = spec('one');
const input: RunEnvironment = {
  spec: one,
  agent: { env: [] },
  run: { phase: 'PLAN', number: 3, marker: 'the-marker' },
  token: 'the-token',
  socket: '/state/socket',
  answers: '/state/runs/1-3/answers.json',
  bin: '/state/bin',
  place: { cwd: '/project', env: {} },
};
const WAY_BACK = {
  SIGNALBOX_CHUNK: 'one',
  SIGNALBOX_PHASE: 'PLAN',
  SIGNALBOX_RUN: '3',
  SIGNALBOX_MARKER: 'the-marker',
  SIGNALBOX_CREDENTIAL: 'the-token',
  SIGNALBOX_SOCKET: '/state/socket',
  SIGNALBOX_ANSWERS: '/state/runs/1-3/answers.json',
};

test('a run sees the usual few variables and the way back, and nothing else', () => {
  const usual = {
    HOME: '/home/me',
    USER: 'me',
    SHELL: '/bin/zsh',
    LANG: 'de_DE.UTF-8',
    LC_ALL: 'C',
    LC_CTYPE: 'UTF-8',
    TERM: 'xterm',
    TZ: 'UTC',
    TMPDIR: '/tmp/me',
    SSH_AUTH_SOCK: '/agent',
  };
  const secret = {
    AWS_SECRET_ACCESS_KEY: 's',
    GITHUB_TOKEN: 's',
    ANTHROPIC_API_KEY: 's',
    LD_PRELOAD: '/evil.so',
    NODE_OPTIONS: '--require /evil.js',
    BASH_ENV: '/evil',
    ENV: '/evil',
    XDG_STATE_HOME: '/state',
    LC: 'x',
    home: 'x',
    PATHS: 'x',
  };
  const env = environmentFor(input, { PATH: '/bin', ...usual, ...secret });
  assert.deepEqual(env, { PATH: '/state/bin:/bin', ...usual, ...WAY_BACK });
});

test('a unit sees the variables that it names, where they are set', () => {
  const named = { ...input, spec: { ...one, env: ['API_KEY', 'UNSET'] } };
  const env = environmentFor(named, { PATH: '/bin', API_KEY: 'k', API_KEY_2: 'other' });
  assert.deepEqual(env, { PATH: '/state/bin:/bin', API_KEY: 'k', ...WAY_BACK });
});

test('nothing that a unit names takes the place of the way back, or of the path', () => {
  const names = ['PATH', 'SIGNALBOX_CHUNK', 'SIGNALBOX_MARKER', 'SIGNALBOX_SOCKET'];
  const named = { ...input, spec: { ...one, env: names } };
  const own = { PATH: '/bin', SIGNALBOX_CHUNK: 'x', SIGNALBOX_MARKER: 'x', SIGNALBOX_SOCKET: 'x' };
  assert.deepEqual(environmentFor(named, own), { PATH: '/state/bin:/bin', ...WAY_BACK });
});

test('a daemon that was started inside a run passes none of that run on', () => {
  const own = { PATH: '/bin', SIGNALBOX_CHUNK: 'outer', SIGNALBOX_RUN: '9', SIGNALBOX_KEY: 'outer' };
  assert.deepEqual(environmentFor(input, own), { PATH: '/state/bin:/bin', ...WAY_BACK });
});

test('the path begins with the folder of signalbox, and has no empty part, which would mean "here"', () => {
  assert.equal(environmentFor(input, { PATH: '/a:/b' }).PATH, '/state/bin:/a:/b');
  assert.equal(environmentFor(input, {}).PATH, '/state/bin');
  assert.equal(environmentFor(input, { PATH: '' }).PATH, '/state/bin');
});

test('the program in that folder is this build, whatever its path and its arguments hold', () => {
  const program = join(folder, `it's "odd" $HOME.mjs`);
  writeFileSync(program, 'process.stdout.write(JSON.stringify(process.argv.slice(2)))');
  const bin = join(folder, 'bin');
  makeBin(bin, program);
  const args = ['a b', "it's", '$HOME', '', '"', '\n'];
  const said = execFileSync(join(bin, 'signalbox'), args, { encoding: 'utf8', env: {} });
  assert.deepEqual(JSON.parse(said), args);
  assert.equal(statSync(bin).mode & 0o777, 0o700);
  assert.equal(statSync(join(bin, 'signalbox')).mode & 0o777, 0o700);
  makeBin(bin, program);
});

// The file of answers

function item(id: string, more: Partial<Omit<Item, 'about'>>): Item {
  return {
    id,
    keys: [],
    version: 1,
    unit: 0,
    kind: 'question',
    phase: 'PLAN',
    run: 1,
    prompt: `prompt of ${id}`,
    context: [],
    options: [{ id: 'a', label: 'Label of A', description: '' }],
    multiple: false,
    allows_text: true,
    asked_at: '2026-01-01T00:00:00.000Z',
    asked_by: 'agent',
    snooze: null,
    answer: null,
    delivery: null,
    withdrawal: null,
    ...more,
  };
}
const given = (text: string, more: Partial<GivenAnswer> = {}): GivenAnswer => ({
  options: [],
  text,
  by: 'operator',
  via: 'cli',
  at: '2026-01-01T00:00:01.000Z',
  key: null,
  release_due: '2026-01-01T00:00:02.000Z',
  released_at: '2026-01-01T00:00:02.000Z',
  given_to: null,
  ...more,
});
const released = (text: string, to: number | null, more: Partial<GivenAnswer> = {}): Partial<Item> => ({
  answer: given(text, more),
  delivery: to === null ? null : { at: '2026-01-01T00:00:03.000Z', to },
});

function answersFor(run: number, items: readonly Item[]): Record<string, unknown>[] {
  const path = join(folder, `answers-${run}.json`);
  writeAnswers(path, { items, runs: [] } as unknown as WorkUnit, run);
  assert.equal(statSync(path).mode & 0o777, 0o600);
  assert.ok(!existsSync(`${path}.new`), 'written aside, then put in place');
  return JSON.parse(readFileSync(path, 'utf8')) as Record<string, unknown>[];
}

test('the file lists what was answered and sent, oldest first, and which of it nobody has used yet', () => {
  const items = [
    item('old', released('earlier', 1)),
    item('open', {}),
    item('going-out', { answer: given('not yet', { released_at: null }) }),
    item('new', released('words', null, { options: ['a'], given_to: 2 })),
    item('meanwhile', released('came while it was at work', null)),
    item('fallen', released('given to one that fell', null, { given_to: 1 })),
    item('taken', released('by an asker in this run', 2)),
    item('approved', { ...released('', null, { options: ['approve'] }), kind: 'review' }),
  ];
  const answers = answersFor(2, items);
  assert.deepEqual(
    answers.map(({ item, run, new: isNew }) => [item, run, isNew]),
    [
      ['old', 1, false],
      ['new', 2, true],
      ['meanwhile', null, true],
      ['fallen', null, true],
      ['taken', 2, true],
      ['approved', null, false],
    ],
  );
  assert.deepEqual(answers[1], {
    item: 'new',
    kind: 'question',
    phase: 'PLAN',
    prompt: 'prompt of new',
    options: ['a'],
    text: 'words',
    said: 'Label of A: words',
    answered_at: '2026-01-01T00:00:01.000Z',
    run: 2,
    new: true,
  });
});

test('with nothing answered the file is an empty list', () => {
  assert.deepEqual(answersFor(1, [item('open', {})]), []);
});

test('any words survive the file', () => {
  const words = '"quotes"\n\\back\u2028</script>🚦\0';
  assert.equal(answersFor(1, [item('i', released(words, 1))])[0]?.text, words);
});

test('the file of a live run follows every answer, whole; one that cannot be written is told once, and tried again', () => {
  const failed: unknown[] = [];
  const files = new AnswersFiles({ info: () => {}, error: (_, error) => failed.push(error) });
  const live = join(folder, 'live');
  const path = join(live, 'answers.json');
  const work = (...items: Item[]) => ({ items, runs: [] }) as unknown as WorkUnit;
  const texts = () => (JSON.parse(readFileSync(path, 'utf8')) as { text: string }[]).map(({ text }) => text);
  assert.ok(files.refresh(path, work(item('open', {})), 1), 'nothing was said: the file is as it was');
  const first = work(item('a', released('one', null)));
  assert.ok(!files.refresh(path, first, 1) && !files.refresh(path, first, 1));
  assert.equal(failed.length, 1, 'the folder is away, and that is told once');
  mkdirSync(live);
  assert.ok(files.refresh(path, first, 1));
  assert.deepEqual(texts(), ['one']);
  rmSync(path);
  assert.ok(files.refresh(path, first, 1));
  assert.ok(!existsSync(path), 'what has not changed is not written again');
  const second = work(item('a', released('one', null)), item('b', released('two', null)));
  assert.ok(files.refresh(path, second, 1));
  assert.deepEqual(texts(), ['one', 'two']);
  files.forget(path);
  assert.ok(files.refresh(path, first, 1));
  assert.deepEqual(texts(), ['one'], 'a daemon that finds the run writes it anew');
});
