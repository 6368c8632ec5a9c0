/** What every command prints with --json is what docs/schemas says, to the last field. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import type { Card, Cell } from '../../shared/board.ts';
import type { Detail } from '../../shared/detail.ts';
import { DaemonFixture } from '../daemon-fixture.ts';
import { Callers } from '../edge/callers.ts';
import { Receiver } from '../notify/receiver.ts';
import { EVENT_TYPES } from '../schemas/event.ts';
import { OUTPUTS } from '../schemas/outputs.ts';
import { until } from '../until.ts';

const LIVES = 'echo begun; until [ -e stop ]; do sleep 0.05; done';
const PLAN = {
  units: [
    {
      chunk: 'asks',
      title: 'Asks',
      command: 'signalbox ask "Which port?" --context why="It is taken" --option a="80"',
    },
    { chunk: 'decides', command: 'signalbox ask "Keep it?" --option keep=Keep --option drop=Drop --no-text' },
    { chunk: 'changes', command: 'signalbox ask "One?" --key k --timeout 0 ; signalbox ask "Two?" --key k' },
    { chunk: 'repeats', command: 'signalbox ask "Same?" --timeout 0; signalbox ask "Same?"' },
    { chunk: 'later', command: 'signalbox ask "Later?" --timeout 0; true' },
    { chunk: 'reviewed', commands: { PLAN: 'true', BUILD: 'echo built' }, review: ['PLAN'] },
    { chunk: 'fails', command: 'exit 3' },
    { chunk: 'tries', command: 'exit 7', retry: { times: 1, delay: 0, on: [7] } },
    { chunk: 'lives', goal: 'To live', command: LIVES },
    { chunk: 'agent', agent: 'mine', budget_usd: 0.5 },
    { chunk: 'left', command: LIVES, paths: ['src/*.ts'] },
    { chunk: 'waits', command: 'true', after: ['lives', 'nobody'], time_limit: 60 },
    { chunk: 'spare', command: 'true', after: ['fails'] },
    { chunk: 'spare-too', command: 'true', after: ['spare'] },
    { chunk: 'elsewhere', external: true, phases: ['ONE', 'TWO', 'THREE'] },
    { chunk: 'lost', external: true },
  ],
};

interface Forgotten {
  readonly refs: string[];
  readonly forgotten: boolean;
}

describe('with --json', () => {
  const house = DaemonFixture.make();
  const callers = new Callers(house);
  const seen = new Set<string>();
  let watch: ReturnType<DaemonFixture['run']>;

  /** Checks what a command has printed; returns it. */
  function checked(name: string, stdout: string): unknown[] {
    const output = OUTPUTS[name];
    assert.ok(output, `${name} has no schema`);
    const lines = stdout.split('\n').slice(0, -1);
    assert.ok(output.each ? lines.length > 0 : lines.length === 1, `${name} printed ${lines.length} lines`);
    seen.add(name);
    return lines.map((line) => {
      const document: unknown = JSON.parse(line);
      const { success, error } = output.schema.safeParse(document);
      assert.ok(success, `${name} --json: ${error?.message}\n${line}`);
      return document;
    });
  }
  /** Runs a command of one word or two, and checks what it prints. */
  async function says<T>(name: string, ...words: string[]): Promise<T> {
    const { code, stdout, stderr } = await house.signalbox(...name.split(' '), ...words, '--json');
    assert.equal(code, 0, `${name} ${words.join(' ')}: ${stderr}`);
    return checked(name, stdout)[0] as T;
  }
  const file = (name: string) => join(house.project, name);
  const cardOf = async (chunk: string): Promise<Card> => {
    const card = (await says<Card[]>('attention')).find((each) => each.chunk === chunk);
    assert.ok(card, `no card of ${chunk}`);
    return card;
  };
  const needs = (chunk: string) => says('wait', chunk, '--until', 'needs-attention');
  /** The headers of a browser that followed the link of `open`. */
  const signedIn = async () => {
    await says('open');
    const page = readFileSync(join(house.paths.folder, 'open.html'), 'utf8');
    const [, origin = '', path = ''] = /(http:\/\/[^/"]+)(\/sign-in\/[\w-]+)/.exec(page) ?? [];
    const { host } = new URL(origin);
    const { status, headers } = await callers.anyone({ path, headers: { host } });
    assert.equal(status, 303);
    return { host, origin, cookie: headers['set-cookie']?.[0]?.split(';')[0] };
  };
  const happens = (type: string) =>
    until(type, async () => {
      const { events } = await says<{ events: { type: string }[] }>('history', '--limit', '1000');
      return events.some((event) => event.type === type);
    });
  const showAll = async () => {
    const cells = await says<Cell[]>('ls');
    await Promise.all(cells.map(({ chunk }) => says('show', chunk)));
  };

  before(() => {
    mkdirSync(file('src'));
    for (const name of ['a.ts', 'b.ts']) writeFileSync(file(`src/${name}`), '');
    const mine = {
      command: ['sh', '-c', 'trap : USR1; until [ -e stop ]; do sleep 0.05; done', '{prompt}'],
      phases: ['DO'],
      prompts: { DO: 'prompt.md' },
      env: ['LANG'],
      interrupt: 'SIGUSR1',
    };
    writeFileSync(file('prompt.md'), 'Do it.');
    // Leaves the base where it is, so that its rebase has failed.
    const quick = { command: ['sh', '-c', 'date >> quick', '{prompt}'], phases: ['DO'] };
    writeFileSync(file('signalbox.json'), JSON.stringify({ agents: { mine, quick } }));
    const bin = join(house.folder, 'bin');
    mkdirSync(bin);
    for (const name of ['open', 'xdg-open']) {
      writeFileSync(join(bin, name), '#!/bin/sh\nexit 0\n');
      chmodSync(join(bin, name), 0o755);
    }
    house.env.PATH = `${bin}:${process.env.PATH}`;
  });
  after(() => house.close());

  test('a beginning: trust, start, add', async () => {
    await says('trust', '--yes');
    await says('trust');
    await says('start', '--port', '0', '--undo-seconds', '600', '--max-agents', '20');
    watch = house.run('watch', '--json');
    writeFileSync(file('plan.json'), JSON.stringify(PLAN));
    await says('add', '--plan', 'plan.json');
  });

  test('units in every state, open items of every kind', async () => {
    for (const chunk of ['asks', 'decides', 'reviewed', 'fails', 'tries']) await needs(chunk);
    await house.untilStatus('left', 'RUNNING');
    await says('add', 'right', '--command', 'true', '--path', 'src/a.ts');
    await needs('right');
    await house.untilStatus('agent', 'RUNNING');
    await until('the changed question', async () => (await cardOf('changes')).prompt === 'Two?');
    const kinds = new Set((await says<Card[]>('attention')).map(({ kind }) => kind));
    assert.equal(kinds.size, 5, [...kinds].join());
    const { units } = await says<{ units: Record<string, number> }>('status');
    assert.ok(Object.values(units).filter((count) => count > 0).length >= 4, JSON.stringify(units));
    await says('ls', '--page', '1', '--find', 'as');
    await says('conflicts');
    await showAll();
  });

  test('addresses, secrets, settings', async () => {
    await says('url');
    await says('url', 'asks');
    await says('open');
    await says('origin add', 'https://wiki.example');
    await says('origin list');
    await says('origin remove', 'https://wiki.example');
    await says('limits show');
    await says('limits set', 'batch', '10');
    const { id } = await says<{ id: string }>('token add', '--name', 'a script');
    await says('token list');
    await says('token revoke', id);
    await says('config show');
    await says('config update', 'weight=0.7');
    await says('history');
  });

  test('what the operator is told of, and what becomes of it', async (t) => {
    const refusing = await Receiver.open();
    t.after(() => refusing.close());
    // Off before it has failed: pauses between tries grow, and the next one finds it so after the first.
    const turnOff = () => callers.must('notify.configure', { channel: 'webhook', on: false });
    refusing.answer = (res) => void turnOff().finally(() => res.writeHead(503).end());
    const folder = join(house.folder, 'config', 'signalbox');
    mkdirSync(folder, { recursive: true });
    const notify = {
      command: ['true'],
      webhook: { url: refusing.url },
      policy: { gather_seconds: 0, away_seconds: 3600 },
    };
    const tell = (told: object) =>
      writeFileSync(join(folder, 'config.json'), JSON.stringify({ notify: told }), { mode: 0o600 });
    tell(notify);
    await says('notify show');
    await says('notify test', 'command');
    for (const type of ['notice.planned', 'notice.sent', 'notice.failed']) await happens(type);
    await says('notify set', 'webhook', 'min_impact=2', 'quiet=22:00-07:00 UTC');
    await happens('notice.dropped');
    await says('notify set', 'webhook', 'quiet=default');
    const { host, cookie = '' } = await signedIn();
    assert.equal((await callers.anyone({ path: '/', headers: { host, cookie } })).status, 200);
    await house.signalbox('ask', 'Seen at once?', '--chunk', 'elsewhere', '--timeout', '0');
    await happens('notice.skipped');
    await says('withdraw', 'elsewhere');
    // Doctor tries each channel, and nobody listens at the webhook any more.
    tell({ command: notify.command });
  });

  test('what becomes of an item', async () => {
    const browser = await signedIn();
    await says('snooze', 'asks', '--for', '2h');
    await says('attention');
    await says('show', 'asks');
    await says('wake', 'asks');
    await says('snooze', 'asks', '--until-done', 'lives');
    await says('wake', 'asks');
    const { id, version } = await cardOf('decides');
    const given = { item: id, version: String(version), option: 'keep' };
    const sent = await callers.form('/work-units/decides/answer', given, browser);
    assert.equal(sent.status, 303, sent.body);
    await says('attention');
    await says('show', 'decides');
    await says('undo', 'decides');
    await says('sign-out', '--all');
    await says('audit');
    await says('answer', 'decides', '--option', 'keep');
    await says('wait', 'decides');
    await says('withdraw', 'asks', 'asked elsewhere');
    await says('answer', 'reviewed', '--option', 'approve');
    await says('wait', 'reviewed');
    await showAll();
  });

  test('asking', async () => {
    const one = house.run('ask', 'Which?', '--chunk', 'lives', '--json');
    await needs('lives');
    await says('answer', 'lives', 'this one');
    checked('ask', (await one.finished).stdout);
    const questions = JSON.stringify([
      { prompt: 'A?' },
      { prompt: 'B?', options: [{ id: 'x', label: 'X' }] },
    ]);
    writeFileSync(file('questions.json'), questions);
    const two = house.run('ask', '--questions', 'questions.json', '--chunk', 'lives', '--json');
    await until('both', async () => (await house.json<Detail>('show', 'lives')).items.length === 3);
    for (const { id, state } of (await house.json<Detail>('show', 'lives')).items)
      if (state === 'open') await says('answer', 'lives', 'so', '--item', id);
    checked('ask', (await two.finished).stdout);
  });

  test('rules, cost and budgets', async () => {
    const options = [
      { id: 'once', label: 'Yes' },
      { id: 'no', label: 'No' },
    ];
    const permission = { tool: 'Bash', kind: 'execute', command: 'touch one', allow: 'once', deny: 'no' };
    await callers.must('items.ask', {
      key: 'call-0',
      chunk: 'agent',
      run: 1,
      questions: [{ prompt: 'Allow Bash: touch one?', options, permission }],
    });
    await says('answer', 'agent', '--option', 'allow-unit');
    await says('policy ls');
    await says('policy check', 'touch one', '--unit', 'agent', '--tool', 'Bash');
    await says('policy check', 'touch two', '--path', 'src/a.ts');
    await says('policy path');
    await says('show', 'agent');
    await says('policy remove', 'agent', 'unit-1');
    const usage = { input_tokens: 10, output_tokens: 5, cached_tokens: 0, micro_usd: 600_000 };
    await callers.must('runs.note', { chunk: 'agent', run: 1, refused: [], usage });
    await callers.must('runs.turn', { chunk: 'agent', run: 1 });
    await says('show', 'agent');
    await says('answer', 'agent', '--option', 'more');
    for (const by of ['unit', 'agent', 'day']) await says('usage', '--by', by);
    await says('ls');
  });

  test('judging', async () => {
    await says('resolve', 'left', 'right', 'serialize');
    await says(
      'conflict',
      'left',
      'right',
      '--verdict',
      'INDEPENDENT',
      '--reason',
      'no',
      '--file',
      'src/a.ts',
    );
    await says('conflict', 'lost', 'waits', '--verdict', 'SERIALIZE', '--reason', 'so', '--symbol', 'f');
    await says('conflicts');
    await says('show', 'left');
    await says('report', 'elsewhere', 'started');
    await says('report', 'elsewhere', 'progressed', '--phase', 'TWO');
    await says('report', 'elsewhere', 'finished', '--all');
    await says('report', 'lost', 'started', '--override');
    await says('report', 'lost', 'failed', 'It broke.');
  });

  test('steering', async () => {
    await says('hold', 'waits', 'until Monday');
    await says('show', 'waits');
    await says('release', 'waits');
    await says('prioritize', 'waits', '5');
    await says('link', 'waits', 'asks');
    await says('unlink', 'waits', 'nobody');
    await says('edit', 'waits', '--title', 'Waits', '--goal', 'To wait', '--path', 'docs/**');
    await needs('later');
    await says('answer', 'later', 'now');
    await says('wait', 'later');
    const refused = [{ key: 'call-1', tool: 'Bash', subject: 'rm -r build' }];
    await callers.must('runs.note', {
      chunk: 'agent',
      run: 1,
      session: 'a-session',
      refused,
      said: 'half way',
    });
    await says('interrupt', 'agent', 'leave the tests alone');
    await until('it to be told', async () => {
      const { events } = await says<{ events: { type: string }[] }>('history', 'agent');
      return events.some(({ type }) => type === 'run.told');
    });
    await says('kill', 'agent');
    await says('retry', 'fails');
    await says('rm', 'spare', '--unlink');
    await says('bulk', 'hold', '--status', 'needs_attention,blocked', '--why', 'all at once');
    await says('bulk', 'retry', '--find', 'e');
    await says('close', 'changes', 'enough', '--kill');
    writeFileSync(file('stop'), '');
    await says('wait', 'lives');
    await showAll();
  });

  test('worktrees: reviewed, sent back, refused, merged, rebased, removed and brought back', async () => {
    await says('bulk', 'release', '--status', 'blocked');
    const git = (...args: string[]) =>
      execFileSync('git', ['-c', 'user.name=a', '-c', 'user.email=a@b', ...args], { cwd: house.project });
    git('init', '-q', '-b', 'main');
    git('add', 'src');
    git('commit', '-qm', 'begin');
    await says('add', 'tree', '--command', 'echo new >> src/a.ts', '--worktree');
    await needs('tree');
    await says('diff', 'tree');
    await says('worktree ls');
    await says('worktree path', 'tree');
    const { work } = await says<Detail>('show', 'tree');
    const line = { chunk: 'tree', snapshot: work?.snapshot?.commit, file: 'src/a.ts', side: 'new', line: 1 };
    const { result } = (await callers.must('work.comment', { ...line, words: 'Why?' })) as {
      result: { item: string };
    };
    await callers.must('work.uncomment', { chunk: 'tree', id: result.item });
    await says('answer', 'tree', 'Once more.', '--option', 'send-back');
    await until('it to be reviewed again', async () => {
      const { runs, status } = await says<Detail>('show', 'tree');
      return runs.length === 2 && status === 'NEEDS_ATTENTION';
    });
    writeFileSync(file('src/a.ts'), 'mine\n');
    await says('merge', 'tree');
    await needs('tree');
    git('checkout', '-q', 'src/a.ts');
    await says('answer', 'tree', '--option', 'retry');
    await says('wait', 'tree');
    await says('worktree prune', 'tree');
    await says('worktree restore', 'tree');
    await says('worktree prune', 'tree');
    const { refs, forgotten } = await says<Forgotten>('worktree forget', 'tree', '--dry-run');
    assert.ok(
      refs.length > 0 &&
        !forgotten &&
        refs.every((ref) => git('rev-parse', '-q', '--verify', ref).length > 0),
    );
    await says('worktree restore', 'tree');
    await says('worktree prune', 'tree');
    assert.deepEqual((await says<Forgotten>('worktree forget', 'tree')).refs.length > 0, true);
    await says('add', 'quick', '--agent', 'quick', '--worktree');
    await needs('quick');
    git('commit', '-qm', 'elsewhere', '--allow-empty');
    await says('merge', 'quick', '--strategy', 'rebase');
    await until('it to be asked about', async () => {
      const { runs, status } = await says<Detail>('show', 'quick');
      return runs.at(-1)?.phase === 'REBASE' && status === 'NEEDS_ATTENTION';
    });
    await says('close', 'quick');
    await showAll();
  });

  test('what was printed, what happened, what has to work', async () => {
    const begun = await says<{ text: string }>('logs', 'lives');
    assert.equal(begun.text, 'begun\n');
    await says('logs', 'reviewed', '--run', '2', '-f');
    writeFileSync(file('executors.json'), '{}');
    await says('executors set', file('executors.json'));
    await says('executors');
    await says('history', '--limit', '1');
    const { events, next } = await says<{ events: { type: string }[]; next: null }>(
      'history',
      '--limit',
      '1000',
    );
    assert.equal(next, null);
    const types = new Set(events.map(({ type }) => type));
    assert.deepEqual(
      EVENT_TYPES.filter((type) => !types.has(type)),
      // A session is renewed a day after it was opened, no unit leaves sooner for the archive, and carriers need another machine.
      ['run.submitted', 'run.claimed', 'session.renewed', 'unit.archived'],
    );
    await says('archive');
    await says('doctor');
    await says('hooks status');
    await says('service status');
  });

  test('the database: checked, copied, and taken over elsewhere', async (t) => {
    const [copy, log] = [join(house.folder, 'copy.db'), join(house.folder, 'log.ndjson')];
    await says('check');
    await says('du');
    await says('backup', copy);
    assert.equal((await house.signalbox('export', log)).code, 0);
    const other = DaemonFixture.make();
    t.after(() => other.close());
    for (const [name, ...words] of [
      ['import', log],
      ['restore', '--yes', copy],
    ] as const) {
      const { code, stdout, stderr } = await other.signalbox(name, ...words, '--json');
      assert.equal(code, 0, `${name}: ${stderr}`);
      checked(name, stdout);
    }
  });

  test('the hub, and what needs me in all projects', async () => {
    await says('attention', '--all');
    await says('hub', '--port', '0');
    await says('hub open');
    const { token } = await house.json<{ token: string }>('token', 'add', '--name', 'hub');
    const adding = house.run('hub', 'add', new URL(house.address).origin, '--json');
    adding.child.stdin?.end(token);
    const { code, stdout, stderr } = await adding.finished;
    assert.equal(code, 0, stderr);
    checked('hub add', stdout);
    await says('hub places');
    await says('hub remove', new URL(house.address).origin, '--dry-run');
    await says('hub remove', new URL(house.address).origin);
    await says('hub stop');
  });

  test('the end: stop, and all that was watched', async () => {
    await says('stop');
    watch.child.kill();
    await watch.finished;
    const messages = checked('watch', watch.stdout()) as { news: unknown; snapshot: unknown }[];
    assert.ok(
      messages.some(({ snapshot }) => snapshot !== null) && messages.some(({ news }) => news !== null),
    );
    const missing = Object.keys(OUTPUTS).filter((name) => !seen.has(name));
    // It needs a server: test/scale runs it.
    assert.deepEqual(missing, ['database copy'], 'a command was not run');
  });
});
