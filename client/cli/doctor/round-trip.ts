/** Checks the way of a question from a run to the operator and back, with a unit made for it. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { boardOf, type Card, cardsOf } from '../../../shared/board.ts';
import { stateHome, statePathsOf } from '../../../shared/state-paths.ts';
import { type Daemon, overHttp } from '../../daemon/daemon-client.ts';
import { ProgramError } from '../output/program-error.ts';

const PATIENCE_MS = 20_000;
const LOOK_MS = 50;
const QUESTION = 'Does the answer arrive?';
const ANSWER = 'It does.';
const COMMAND = `said=$(signalbox ask "${QUESTION}") && [ "$said" = "${ANSWER}" ]`;

/**
 * Adds a unit that asks, answers it, and waits for delivery, through the running daemon: so a fault that keeps its runs from asking
 * shows. Removes the unit afterwards. Returns the time in milliseconds; throws an error with a message for the user.
 */
export async function roundTripThrough(daemon: Daemon): Promise<number> {
  const from = performance.now();
  const chunk = `doctor-${process.pid}-${Date.now().toString(36)}`;
  // High priority, so that it does not queue behind other units.
  await daemon.units.add.mutate({
    units: [{ chunk, title: TITLE, command: COMMAND, priority: 1000 }],
  });
  try {
    await walk(daemon, chunk, ALWAYS);
    return performance.now() - from;
  } finally {
    await daemon.units.remove.mutate({ chunk, kill: true }).catch(() => {});
  }
}

const TITLE = 'signalbox doctor tries whether runs can ask';

/**
 * The same without a running daemon: with a temporary daemon, project and state folder, so that nothing of the
 * operator's is touched.
 */
export async function roundTrip(): Promise<number> {
  const from = performance.now();
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'sb-')));
  try {
    const project = join(folder, 'p');
    mkdirSync(project);
    const env = { ...outsideOfRuns(process.env), XDG_STATE_HOME: folder };
    const { child, said } = startDaemon(project, env);
    const daemon = overHttp(statePathsOf(stateHome(env, folder), project).socket);
    const own: Asked = { isThere: () => child.exitCode === null, said };
    try {
      await step('A daemon of its own did not start.', own, async () => {
        return (await daemon.status.query()).pid === child.pid;
      });
      await daemon.units.add.mutate({ units: [{ chunk: 'doctor', command: COMMAND }] });
      await walk(daemon, 'doctor', own);
    } finally {
      await end(child);
    }
    return performance.now() - from;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Inside a run, the commands of the round trip would reach the daemon of that run. */
const outsideOfRuns = (env: NodeJS.ProcessEnv): NodeJS.ProcessEnv =>
  Object.fromEntries(Object.entries(env).filter(([name]) => !name.startsWith('SIGNALBOX_')));

interface Started {
  readonly child: ChildProcess;
  /** Its stderr so far, for the error message. */
  readonly said: () => string;
}

function startDaemon(cwd: string, env: NodeJS.ProcessEnv): Started {
  const program = fileURLToPath(new URL('./signalbox.js', import.meta.url));
  const args = [program, '--project', cwd, 'start', '--foreground', '--port', '0'];
  const child = spawn(process.execPath, args, { cwd, env, stdio: ['ignore', 'ignore', 'pipe'] });
  let said = '';
  child.stderr.on('data', (part: Buffer) => {
    said = (said + part.toString()).slice(-2000);
  });
  return { child, said: () => said.trim() };
}

/** The daemon under test: whether it still runs, and its stderr. */
interface Asked {
  readonly isThere: () => boolean;
  readonly said: () => string;
}
const ALWAYS: Asked = { isThere: () => true, said: () => '' };

/** Waits until the unit asks, answers it, and waits until it ends. */
async function walk(daemon: Daemon, chunk: string, asked: Asked): Promise<void> {
  await step('A run did not get as far as asking: is "signalbox" found, and the socket?', asked, async () => {
    const [card] = cardsOf(boardOf(await daemon.board.now.query({ chunk })));
    if (!card) return false;
    if (card.prompt !== QUESTION)
      throw new ProgramError('failed', `A run could not ask. ${card.prompt} ${textsOf(card)}`.trim());
    await daemon.items.answer.mutate({ chunk, item: card.id, version: card.version, text: ANSWER });
    return true;
  });
  await step('The answer did not reach the run that asked.', asked, async () => {
    const { status, items } = await daemon.unit.query({ chunk });
    return status === 'DONE' && items[0]?.delivered_to === 1;
  });
}

/** What a run printed before it failed. */
const textsOf = ({ context }: Card): string => context.map(({ text }) => text).join(' ');

/** Polls until a step is done; throws after a timeout, or when the daemon has exited. */
async function step(message: string, { isThere, said }: Asked, done: () => Promise<boolean>): Promise<void> {
  const deadline = performance.now() + PATIENCE_MS;
  while (performance.now() < deadline && isThere()) {
    if (await done().catch(notYet)) return;
    await pause(LOOK_MS);
  }
  throw new Error([message, said()].filter((part) => part !== '').join(' It says: '));
}

/** A starting daemon refuses connections, so other errors are retried; a ProgramError is final. */
function notYet(error: unknown): false {
  if (error instanceof ProgramError) throw error;
  return false;
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  child.kill('SIGTERM');
  await ended;
}
