/** A project with an agent that speaks the Agent Client Protocol, for pictures: it asks, and has worked. */
import type { DaemonFixture } from '../test/daemon-fixture.ts';
import { AcpScene } from '../test/stories/acp-scene.ts';

const OLD = `export function canSignIn(user: User, at: number): boolean {
  if (user.failures > 5) return false;
  return user.isActive;
}`;
const NEW = `export function canSignIn(user: User, at: number): boolean {
  if (user.failures > 5 && at - user.failedAt < LOCKED_MS) return false;
  return user.isActive;
}`;

/** Ends with `close()`. */
export async function agentsAtWork(): Promise<DaemonFixture> {
  const scene = await AcpScene.open('claude');
  const toolCall = {
    toolCallId: 'call_1',
    name: 'Edit',
    title: 'Edit src/sign-in.ts',
    kind: 'edit',
    rawInput: { file_path: scene.file('src/sign-in.ts'), old_string: OLD, new_string: NEW },
    content: [{ type: 'diff', path: scene.file('src/sign-in.ts'), oldText: OLD, newText: NEW }],
    locations: [{ path: scene.file('src/sign-in.ts') }],
  };
  const options = [
    { optionId: 'yes', name: 'Yes', kind: 'allow_once' },
    { optionId: 'always', name: 'Yes, allow all edits during this session', kind: 'allow_always' },
    { optionId: 'no', name: 'No', kind: 'reject_once' },
  ];
  const params = { sessionId: 's', toolCall, options };
  const request = { jsonrpc: '2.0', id: 'r', method: 'session/request_permission', params };
  await scene.add('mend-login', `raw ${JSON.stringify(request)}`, 'await never');
  await scene.add(
    'new-theme',
    'ask Which color shall links have?|Blue, as before|Teal|That of the text, underlined ;; Which pages get it first?|All at once|The start page|The settings ;; May the old theme go?|Yes|Keep it for a release',
  );
  await scene.add(
    'done-with-it',
    'say I look at how the tests are run.',
    'run printf "%s\\n" "npm test" "ok 214 tests"',
    'say They pass. I have nothing else to do.',
  );
  const card = await scene.asked('done-with-it');
  await scene.answer('done-with-it', card, '--option', 'once', 'and keep it short');
  await scene.done('done-with-it');
  await scene.asked('mend-login');
  await scene.cards('new-theme', 3);
  return scene.house;
}
