/** `signalbox history`, page by page. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { DaemonFixture } from '../daemon-fixture.ts';
import { Callers } from './callers.ts';

const house = DaemonFixture.make();
const callers = new Callers(house);
before(async () => {
  await house.start('--port', '0', '--max-agents', '0');
  for (const chunk of ['api', 'web']) await callers.must('units.add', { units: [{ chunk, external: true }] });
  for (const what of ['started', 'finished'])
    for (const chunk of ['web', 'api']) await callers.must('units.report', { chunk, what });
});
after(() => house.close());

const pageOf = async (command: readonly string[]) => {
  const { code, stdout, stderr } = await house.signalbox(...command);
  assert.equal(code, 0, stderr);
  const next = /signalbox (history .*)\n$/.exec(stderr)?.[1];
  return { lines: stdout.trimEnd().split('\n'), next: next?.split(' ') ?? null };
};

test('the command for the next page keeps the unit and the limit, and stands on stderr', async () => {
  const whole = await pageOf(['history', 'api']);
  assert.equal(whole.next, null);
  assert.ok(whole.lines.length >= 3);
  assert.ok(whole.lines.every((line) => line.includes('  api  ')));
  const lines: string[] = [];
  for (let command: string[] | null = ['history', 'api', '--limit', '1']; command !== null; ) {
    const page = await pageOf(command);
    assert.equal(page.lines.length, 1);
    lines.push(...page.lines);
    command = page.next;
  }
  assert.deepEqual(lines, whole.lines);
});

test('a limit that the daemon does not take is refused by name', async () => {
  const { code, stdout, stderr } = await house.signalbox('history', '--limit', '1001');
  assert.deepEqual([code === 0, stdout], [false, '']);
  assert.match(stderr, /limit.*At most 1000/);
});
