/** Four doors, one core: every procedure has a command, a path and a form, or a reason why not. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { after, before, describe, test } from 'node:test';
import { appRouter } from '../../server/api/router.ts';
import { ACTIONS } from '../../shared/actions.ts';
import { DaemonFixture } from '../daemon-fixture.ts';
import { Callers } from '../edge/callers.ts';

interface Why {
  readonly not: string;
}
const not = (why: string): Why => ({ not: why });
const STREAM = not('a stream, over the WebSocket');
const READING = not('reading: the page shows it');

const ON_SETTINGS = not('the form at /settings posts to its path');
const AT_TERMINAL = not('who may come in is said at the terminal');

interface Doors {
  readonly command: string | Why;
  readonly path: string | Why;
  readonly form: string | Why;
}
const action = (name: string, command = name): Doors => ({
  command,
  path: `POST /work-units/:chunk/${name}`,
  form: name,
});

const DOORS: Readonly<Record<string, Doors>> = {
  'units.add': {
    command: 'add',
    path: 'POST /work-units',
    form: not('the page takes a plan as text: units.plan'),
  },
  'units.create': {
    command: not('add says the same, and more, by flags'),
    path: 'POST /new',
    form: not('its form, on a page of its own, posts to its path'),
  },
  'units.plan': {
    command: not('add reads a plan from a file'),
    path: 'POST /new/plan',
    form: not('as units.create'),
  },
  'units.find': {
    command: not('ls finds, too'),
    path: not('completes what is typed on the page'),
    form: READING,
  },
  'units.name': { command: not('add is given a name'), path: not('suggests while one types'), form: READING },
  'units.retry': action('retry'),
  'units.close': action('close'),
  'units.kill': action('kill'),
  'units.interrupt': action('interrupt'),
  'units.hold': action('hold'),
  'units.release': action('release'),
  'units.prioritize': action('priority', 'prioritize'),
  'units.edit': action('edit'),
  'units.link': action('link'),
  'units.unlink': action('unlink'),
  'units.remove': action('remove', 'rm'),
  'units.report': action('report'),
  'units.bulk': {
    command: 'bulk',
    path: 'POST /bulk',
    form: not('its form, on a filtered dashboard, posts to its path'),
  },
  'runs.note': {
    command: 'claude',
    path: not('said by the program around the agent'),
    form: not('as its path'),
  },
  'items.ask': { command: 'ask', path: not('an asker waits: it is a process'), form: not('agents ask') },
  'items.answer': action('answer'),
  'items.undo': action('undo'),
  'items.snooze': action('snooze'),
  'items.wake': action('wake'),
  'items.withdraw': action('withdraw'),
  'items.confirm': { command: 'ask', path: not('said by the waiting ask itself'), form: not('as its path') },
  'conflicts.resolve': action('resolve'),
  'conflicts.report': { command: 'conflict', path: 'POST /conflicts', form: not('analyses report') },
  'conflicts.list': { command: 'conflicts', path: 'GET /conflicts', form: READING },
  usage: { command: 'usage', path: not('each unit shows its own'), form: READING },
  'runs.turn': {
    command: 'acp',
    path: not('said by the program around the agent'),
    form: not('as its path'),
  },
  ...Object.fromEntries(
    ['carry.claim', 'carry.beat', 'carry.end'].map((name) => [
      name,
      { command: 'carry', path: not('a carrier calls it, over its socket'), form: not('as its path') },
    ]),
  ),
  executors: {
    command: 'executors',
    path: not('for the terminal of the same machine'),
    form: not('as its path'),
  },
  'policy.list': { command: 'policy', path: not('a unit shows its own rules'), form: READING },
  'policy.check': { command: 'policy', path: not('tried at the terminal'), form: not('as its path') },
  'policy.remove': action('remove-rule', 'policy'),
  'config.update': {
    command: 'config',
    path: 'POST /config',
    form: not('the form at /settings posts to its path'),
  },
  'notify.show': { command: 'notify', path: 'GET /notify', form: READING },
  'notify.configure': { command: 'notify', path: 'POST /notify/:channel', form: ON_SETTINGS },
  'notify.test': { command: 'notify', path: 'POST /notify/:channel/test', form: ON_SETTINGS },
  'notify.watch': {
    command: 'attention',
    path: not('a page says that it is open for as long as it is'),
    form: not('as its path'),
  },
  'notify.shown': {
    command: not('a browser says so'),
    path: not('a browser says so, over its socket'),
    form: not('as its path'),
  },
  'work.diff': { command: 'diff', path: 'GET /work-units/:chunk/diff', form: READING },
  'work.patch': { command: 'diff', path: not('the same path, as text/x-patch'), form: READING },
  'work.merge': action('merge'),
  'work.comment': { ...action('comment'), command: not('a line is chosen on the page') },
  'work.uncomment': { ...action('uncomment'), command: not('as a comment') },
  'work.list': { command: 'worktree', path: not('each unit says its own'), form: READING },
  'work.prune': action('prune', 'worktree'),
  'work.restore': action('restore', 'worktree'),
  'work.forget': action('forget', 'worktree'),
  status: { command: 'status', path: 'GET /status', form: READING },
  unit: { command: 'show', path: 'GET /work-units/:chunk', form: READING },
  archive: { command: 'archive', path: 'GET /archive', form: READING },
  history: { command: 'history', path: 'GET /history', form: READING },
  'board.now': { command: 'ls', path: 'GET /work-units', form: READING },
  'board.follow': { command: 'watch', path: STREAM, form: READING },
  'board.pulses': { command: not('logs -f shows all of it'), path: STREAM, form: READING },
  transcript: { command: 'logs', path: 'GET /work-units/:chunk/runs/1/output', form: READING },
  'access.me': {
    command: not('the terminal is the operator'),
    path: not('an embed asks, over its socket'),
    form: READING,
  },
  'access.link': { command: 'open', path: AT_TERMINAL, form: AT_TERMINAL },
  'access.add': { command: 'token', path: AT_TERMINAL, form: AT_TERMINAL },
  'access.list': { command: 'token', path: AT_TERMINAL, form: AT_TERMINAL },
  'access.revoke': { command: 'token', path: AT_TERMINAL, form: AT_TERMINAL },
  'access.signOut': {
    command: 'sign-out',
    path: not('a script has no session'),
    form: not('at the foot of the dashboard, it posts to /sign-out'),
  },
  'access.door': { command: 'doctor', path: AT_TERMINAL, form: AT_TERMINAL },
  'access.refusals': { command: 'audit', path: AT_TERMINAL, form: AT_TERMINAL },
  'daemon.path': {
    command: 'doctor',
    path: not('for the terminal of the same machine'),
    form: not('as its path'),
  },
  'daemon.stop': {
    command: 'stop',
    path: not('only the terminal stops the daemon'),
    form: not('as its path'),
  },
};

describe('the doors', () => {
  let house: DaemonFixture;
  let callers: Callers;
  before(async () => {
    house = await DaemonFixture.open();
    callers = new Callers(house);
    const git = (...args: string[]) => execFileSync('git', args, { cwd: house.project });
    git('init', '-q');
    git('-c', 'user.name=a', '-c', 'user.email=a@b', 'commit', '-q', '--allow-empty', '-m', 'begin');
    await house.add('one', 'echo > new', '--worktree', '--merge', 'leave');
    await house.untilStatus('one', 'DONE');
  });
  after(() => house.close());

  const named = <Door extends keyof Doors>(door: Door): [string, string][] =>
    Object.entries(DOORS).flatMap(([name, doors]) => {
      const way = doors[door];
      return typeof way === 'string' ? [[name, way] as [string, string]] : [];
    });

  test('every procedure is in the table, and nothing else', () => {
    const there = Object.keys((appRouter as unknown as { _def: { procedures: object } })._def.procedures);
    assert.deepEqual(Object.keys(DOORS).sort(), there.sort());
  });

  test('every command is one', async () => {
    const { stdout } = await house.signalbox('--help');
    const commands = [...stdout.matchAll(/^ {2}([a-z-]+)\b/gm)].map(([, name]) => name);
    for (const [name, command] of named('command'))
      assert.ok(commands.includes(command), `${name}: ${command}`);
  });

  test('every path is answered, not by "nothing there"', async () => {
    const headers = { authorization: `Bearer ${callers.token}`, 'content-type': 'application/json' };
    for (const [name, way] of named('path')) {
      const [method = '', path = ''] = way.split(' ');
      const body = method === 'POST' ? { body: '{"strange": true}' } : {};
      const answer = await callers.anyone({ method, path: path.replace(':chunk', 'one'), headers, ...body });
      const expected = method === 'POST' ? 422 : 200;
      assert.equal(answer.status, expected, `${name}: ${way}: ${answer.body}`);
    }
  });

  test('every form leads to its procedure', () => {
    const forms = ACTIONS as Readonly<Record<string, readonly [string, string]>>;
    for (const [name, form] of named('form')) assert.equal(forms[form]?.join('.'), name);
    assert.deepEqual(
      Object.keys(ACTIONS).sort(),
      named('form')
        .map(([, form]) => form)
        .sort(),
    );
  });
});
