/** An agent that looks everywhere finds nothing by which it could be the operator; its own token opens its own unit alone, while it runs. */
import assert from 'node:assert/strict';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { operator } from '../../server/api/procedures.ts';
import { appRouter } from '../../server/api/router.ts';
import { DaemonFixture } from '../daemon-fixture.ts';
import { Callers } from '../edge/callers.ts';
import { type Answer, send } from '../edge/http-client.ts';
import { SignedIn } from '../fuzz/signed-in.ts';
import { until } from '../until.ts';

const SNOOP = join(import.meta.dirname, '..', '..', '..', 'test', 'stand-ins', 'snoop.mjs');
const isLinux = process.platform === 'linux';

interface Procedure {
  readonly _def: { readonly type: string; readonly middlewares: readonly unknown[] };
}
const PROCEDURES = Object.entries(
  (appRouter as unknown as { _def: { procedures: Readonly<Record<string, Procedure>> } })._def.procedures,
);

const OPERATORS = (operator as unknown as Procedure)._def.middlewares;
const isForOperators = ({ _def: { middlewares } }: Procedure): boolean =>
  OPERATORS.every((each, at) => middlewares[at] === each);

describe('an agent that snoops', { skip: isLinux ? false : 'there is no /proc' }, () => {
  const house = DaemonFixture.make({}, { guarded: true });
  const callers = new Callers(house);
  const secrets = new Map<string, string>();
  let token = '';
  let dump = '';

  before(async () => {
    await house.start('--port', '0');
    secrets.set('the token of an operator', callers.token);
    const browser = await SignedIn.at(callers);
    browser.close();
    secrets.set('a session', browser.cookie.split('=')[1] ?? '');
    const { url } = (await callers.must('access.link', { to: '/' })) as { url: string };
    secrets.set('a sign-in link', new URL(url).pathname.split('/').at(-1) ?? '');
    const viewer = (await callers.must('access.add', { role: 'viewer' })) as { token: string };
    secrets.set("a viewer's token", viewer.token);
    await house.add('other', 'signalbox ask "Which port?" --key other-question');
    await house.untilStatus('other', 'NEEDS_ATTENTION');
    await house.add('snoop', `'${process.execPath}' '${SNOOP}' ${house.holder()?.pid}`);
    const path = join(house.project, 'dump');
    await until('the agent to have looked', () => existsSync(path));
    dump = readFileSync(path, 'latin1');
    token = /"SIGNALBOX_CREDENTIAL":"([\w-]+)"/.exec(dump)?.[1] ?? '';
  });
  after(() => house.close());

  /** As the agent would: over the Unix socket, or over TCP with its token. */
  const doors = {
    socket: (path: string, input: object | null, type: string) => call(callers.socket, path, input, type),
    tcp: (path: string, input: object | null, type: string) =>
      call({ host: '127.0.0.1', port: callers.port }, path, input, type),
  };

  function call(
    where: { socketPath: string } | { host: string; port: number },
    name: string,
    input: object | null,
    type: string,
  ): Promise<Answer> {
    const json = JSON.stringify(input ?? {});
    const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
    return type === 'mutation'
      ? send({ ...where, method: 'POST', path: `/trpc/${name}`, headers, body: json })
      : send({ ...where, path: `/trpc/${name}?input=${encodeURIComponent(json)}`, headers });
  }

  test('its environment, arguments and descriptors, and those of its parents up to the daemon, hold no secret but its own token', () => {
    assert.match(token, /^[\w-]{43}$/, 'the agent has no token of its own');
    const pid = `${house.holder()?.pid}`;
    for (const seen of [
      `## ${pid} cmdline`,
      `## ${pid} environ`,
      `## /proc/${pid}/fd/`,
      '## arguments',
      'SIGNALBOX_CHUNK',
    ])
      assert.ok(dump.includes(seen), `the agent did not look: ${seen}`);
    assert.ok(dump.includes('SQLite format 3'), "the daemon's own files were not read");
    for (const [what, secret] of secrets) {
      assert.ok(secret.length >= 43, what);
      assert.ok(!dump.includes(secret), `${what} can be found`);
    }
  });

  test('every procedure of operators is refused to its token, by the Unix socket and by TCP', async () => {
    const procedures = PROCEDURES.filter(([, procedure]) => isForOperators(procedure));
    assert.ok(procedures.length >= 20, 'the procedures were not found');
    const seq = await callers.seq();
    for (const [name, { _def }] of procedures)
      for (const door of Object.values(doors))
        for (const input of [{}, { chunk: 'snoop' }, { chunk: 'other', item: 'other-question' }]) {
          const { status, body } = await door(name, input, _def.type);
          // A stream has begun before it is refused: then it says so, and nothing else.
          const refused =
            _def.type === 'subscription'
              ? /^event: connected\ndata: \{\}\s+event: serialized-error\ndata: \{[^\n]*"httpStatus":403[^\n]*\}\s*$/.test(
                  body,
                )
              : status === 403;
          assert.ok(refused, `${name}: ${status} ${body}`);
        }
    assert.equal(await callers.seq(), seq, 'something has happened all the same');
  });

  test('pages and addresses for scripts are closed to it', async () => {
    const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
    for (const path of ['/', '/attention', '/history', '/work-units', '/status', '/work-units/other'])
      for (const where of [callers.socket, { host: '127.0.0.1', port: callers.port }])
        assert.equal((await send({ ...where, path, headers })).status, 403, path);
    const answering = { method: 'POST', path: '/work-units/other/answer', headers, body: '{"text":"x"}' };
    assert.equal((await send({ ...callers.socket, ...answering })).status, 403);
  });

  test('what others ask it can neither read nor withdraw nor confirm; its own it can', async () => {
    const ofOthers = { chunk: 'other', item: 'other-question' };
    const mixed = { chunk: 'snoop', item: 'other-question' };
    const questions = [{ prompt: 'Mine?' }];
    for (const door of Object.values(doors)) {
      const tries = [
        await door('unit', { chunk: 'other' }, 'query'),
        await door('history', {}, 'query'),
        await door('history', { chunk: 'other' }, 'query'),
        await door('board.now', {}, 'query'),
        await door('board.now', { item: 'other-question' }, 'query'),
        await door('board.now', mixed, 'query'),
        await door('items.withdraw', ofOthers, 'mutation'),
        await door('items.withdraw', mixed, 'mutation'),
        await door('items.confirm', { ...ofOthers, run: null }, 'mutation'),
        await door('items.ask', { chunk: 'other', key: 'forged', run: null, questions }, 'mutation'),
        await door('units.report', { chunk: 'other', what: 'finished' }, 'mutation'),
      ];
      assert.deepEqual(
        tries.map(({ status }) => status),
        tries.map(() => 403),
      );
      assert.equal((await door('unit', { chunk: 'snoop' }, 'query')).status, 200);
      const ask = { chunk: 'snoop', key: 'own-question', run: 1, questions };
      assert.equal((await door('items.ask', ask, 'mutation')).status, 200);
    }
    assert.equal(await house.statusOf('other'), 'NEEDS_ATTENTION');
    const withdrawal = { chunk: 'snoop', item: 'own-question' };
    assert.equal((await doors.socket('items.withdraw', withdrawal, 'mutation')).status, 200);
  });

  test('its token goes on over a restart of the daemon, and ends with the run', async () => {
    await house.end('SIGKILL');
    await house.start();
    assert.equal((await doors.socket('unit', { chunk: 'snoop' }, 'query')).status, 200);
    assert.equal((await doors.tcp('unit', { chunk: 'snoop' }, 'query')).status, 200);
    assert.equal((await doors.tcp('units.close', { chunk: 'snoop' }, 'mutation')).status, 403);
    writeFileSync(join(house.project, 'enough'), '');
    await house.untilStatus('snoop', 'DONE');
    for (const door of Object.values(doors)) {
      const { status, body } = await door('unit', { chunk: 'snoop' }, 'query');
      assert.equal(status, 401);
      assert.match(body, /Run 1 has ended\./);
    }
  });
});
