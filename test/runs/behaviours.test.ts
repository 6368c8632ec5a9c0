/** How commands behave, well or not, under a whole daemon: what is recorded, and that nobody is left. */
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { readNotes } from '../../server/runs/wrapper.ts';
import { runFiles } from '../../server/system/run-files.ts';
import type { Detail } from '../../shared/detail.ts';
import { DaemonFixture } from '../daemon-fixture.ts';
import { until } from '../until.ts';
import { Gate } from './command-gate.ts';
import { endsOf, runEvents, runOf } from './run-events.ts';
import { Units } from './units.ts';

const house = DaemonFixture.make();
const units = new Units(house);
const gates: Gate[] = [];

before(() => house.start('--port', '0', '--max-agents', '20', '--undo-seconds', '0'));
after(async () => {
  for (const each of gates) each.close();
  await house.close();
});

function gateFor(name: string): Gate {
  const made = new Gate(house.project, `gate-${name}`);
  gates.push(made);
  return made;
}

const path = (name: string) => join(house.project, name);
const has = (name: string) => until(`the file ${name}`, () => existsSync(path(name)));
const exited = (code: number) => ({ exit: 'exited', code });
const outcomesOf = (runs: Detail['runs']) => runs.map(({ outcome }) => outcome);

/** Who carries the marker of the latest run of a unit. */
function processesOfRun(chunk: string): number[] {
  const { marker } = runOf(house, chunk);
  return house.processes().filter((pid) => environmentOf(pid).includes(`SIGNALBOX_MARKER=${marker}`));
}

function environmentOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/environ`, 'latin1');
  } catch {
    return '';
  }
}

/** Those that wait ten seconds do so beside the others. */
describe('a command', { concurrency: 5 }, () => {
  test('that ignores TERM is KILLed ten seconds after it was to be killed', async () => {
    const gate = gateFor('deaf');
    await units.add('deaf', `trap '' TERM; sleep 600 & touch deaf; ${gate.wait}`);
    await has('deaf');
    await units.kill('deaf');
    const { runs } = await units.becomes('deaf', 'BLOCKED');
    assert.deepEqual(processesOfRun('deaf'), []);
    assert.deepEqual(outcomesOf(runs), [{ exit: 'killed' }]);
    const [killing] = runEvents(house, 'run.killing').filter(({ chunk }) => chunk === 'deaf');
    const took = Date.parse(runs[0]?.ended_at ?? '') - Date.parse(killing?.at ?? '');
    assert.ok(took >= 10_000 && took < 14_000, `${took} ms`);
  });

  for (const [name, trap] of [
    ['daemon', ':'],
    ['deaf-daemon', "trap '' TERM"],
  ] as const)
    test(`that leaves a ${name} behind has not ended before that is gone, too`, async () => {
      const gate = gateFor(name);
      const daemon = `${trap}; touch ${name}; exec sleep 600`;
      await units.add(name, `(setsid sh -c "${daemon}" </dev/null >/dev/null 2>&1 &); ${gate.wait}`);
      await has(name);
      gate.open();
      const { runs } = await units.becomes(name, 'DONE');
      assert.deepEqual(processesOfRun(name), []);
      assert.deepEqual(outcomesOf(runs), [exited(0)]);
    });

  test('that ends well is done', async () => {
    await units.add('passes', 'echo fine');
    const { runs, items } = await units.becomes('passes', 'DONE');
    assert.deepEqual(outcomesOf(runs), [exited(0)]);
    assert.deepEqual(items, []);
  });

  test('that fails is brought to a person with its code and its last lines', async () => {
    await units.add('fails', 'for n in $(seq 40); do echo "line $n"; done; exit 41');
    const { runs } = await units.becomes('fails', 'NEEDS_ATTENTION');
    assert.deepEqual(outcomesOf(runs), [exited(41)]);
    const [card, ...others] = await units.cards('fails');
    assert.deepEqual([others, card?.kind], [[], 'stuck']);
    assert.match(card?.prompt ?? '', /failed with exit code 41/);
    const lines = card?.context[0]?.text.split('\n') ?? [];
    assert.deepEqual([lines.length > 5, lines.at(-1), lines.includes('line 1')], [true, 'line 40', false]);
  });

  test('that asks goes on with the answer', async () => {
    await units.add('asks', 'port=$(signalbox ask "Which port?"); printf "<%s>" "$port" > asks');
    await units.becomes('asks', 'NEEDS_ATTENTION');
    const [card] = await units.cards('asks');
    assert.ok(card);
    await units.answer(card, '80 80\nand "more"');
    const { runs } = await units.becomes('asks', 'DONE');
    assert.equal(readFileSync(path('asks'), 'utf8'), '<80 80\nand "more">');
    assert.equal(runs.length, 1);
  });

  for (const code of [0, 5])
    test(`that asks and ends with ${code} meanwhile is not stuck; the answer starts it again`, async () => {
      const chunk = `leaves-${code}`;
      const gate = gateFor(chunk);
      const ask = 'signalbox ask "Which port?"';
      await units.add(
        chunk,
        `[ $SIGNALBOX_RUN = 1 ] && { ${ask} & ${gate.wait}; exit ${code}; }; ${ask} > ${chunk}`,
      );
      await units.becomes(chunk, 'NEEDS_ATTENTION');
      gate.open();
      await until('the first run to end', async () => (await units.detail(chunk)).live === null);
      const asked = await units.cards(chunk);
      assert.deepEqual(
        asked.map(({ kind, run }) => [kind, run]),
        [['question', 1]],
      );
      assert.notEqual(asked[0]?.run_ended, '', 'the card says how the run ended');
      assert.deepEqual(processesOfRun(chunk), []);
      await units.answer(asked[0]!, '8080');
      const { runs, items } = await units.becomes(chunk, 'DONE');
      assert.deepEqual(
        runs.map(({ phase, outcome }) => [phase, outcome]),
        [
          ['IMPLEMENT', exited(code)],
          ['IMPLEMENT', exited(0)],
        ],
      );
      assert.equal(items.length, 1, 'one question, whoever asked it');
      assert.equal(readFileSync(path(chunk), 'utf8'), '8080\n');
    });

  test('that hangs ends when it is killed, and its unit is held', async () => {
    await units.add('hangs', 'touch hangs; sleep 600');
    await has('hangs');
    assert.equal((await house.signalbox('kill', 'hangs')).code, 0);
    const { why, items, runs } = await units.becomes('hangs', 'BLOCKED');
    assert.deepEqual([why, items], ['held: killed by you', []]);
    assert.deepEqual(outcomesOf(runs), [{ exit: 'killed' }]);
    assert.deepEqual(processesOfRun('hangs'), []);
  });

  test('that leaves many children behind takes them along', async () => {
    const gate = gateFor('forks');
    const forks = '(sh -c "sleep 600 & sleep 600 & wait" & sleep 600 & wait) & sleep 600 &';
    await units.add('forks', `for n in $(seq 30); do ${forks} done; touch forks; ${gate.wait}; exit 0`);
    await has('forks');
    await until('all of them', () => processesOfRun('forks').length > 150);
    gate.open();
    await units.becomes('forks', 'DONE');
    assert.deepEqual(processesOfRun('forks'), []);
  });

  test('that closes its outputs goes on working and ends as well as any', async () => {
    const gate = gateFor('closes');
    await units.add(
      'closes',
      `echo before; exec >&- 2>&-; touch closes; ${gate.wait}; touch closes-after; exit 0`,
    );
    await has('closes');
    await units.add('witness', 'true');
    await units.becomes('witness', 'DONE');
    assert.equal((await units.detail('closes')).status, 'RUNNING');
    gate.open();
    const { runs } = await units.becomes('closes', 'DONE');
    assert.deepEqual(outcomesOf(runs), [exited(0)]);
    assert.ok(existsSync(path('closes-after')));
  });
});

test('a command that ends while no daemon is alive has its end recorded once by the next one', async () => {
  const gate = gateFor('unseen');
  await units.add('unseen', `touch unseen; ${gate.wait}; echo last words; exit 7`);
  await has('unseen');
  await house.end('SIGKILL');
  const run = runOf(house, 'unseen');
  gate.open();
  const files = runFiles(house.paths.runs, run.unit, run.number);
  await until('the end to be noted', () => readNotes(files).ended !== null);
  await house.start();
  await units.becomes('unseen', 'NEEDS_ATTENTION');
  const [card] = await units.cards('unseen');
  assert.equal(card?.context[0]?.text, 'last words');
  assert.deepEqual(endsOf(house).get('unseen'), ['exited with 7']);
});

test('nobody is left of any of them', () => {
  assert.deepEqual(house.processes(), []);
});
