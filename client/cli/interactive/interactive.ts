/** `signalbox attention --interactive`: connects the interactive queue with the terminal and the daemon. */
import { once } from 'node:events';
import { emitKeypressEvents } from 'node:readline';
import { afterMessage, type Board, type BoardMessage } from '../../../shared/board.ts';
import { type Daemon, overHttp } from '../../daemon/daemon-client.ts';
import { followUntil } from '../../daemon/follow-until.ts';
import { overSocket } from '../../daemon/streaming-client.ts';
import { tellSilence } from '../output/explain-error.ts';
import { ProgramError } from '../output/program-error.ts';
import { control } from '../output/terminal-output.ts';
import { InteractiveSession } from './interactive-session.ts';

/** Asks the terminal to mark pasted text, so that it is not taken for keys. */
const MARK_PASTES = '\x1b[?2004h';
const MARK_NO_PASTES = '\x1b[?2004l';
const SIGNALS = { SIGTERM: 143, SIGHUP: 129 } as const;

/** Runs the interactive queue until the user quits; restores the terminal. */
export async function interactive(socketPath: string): Promise<void> {
  if (!process.stdin.isTTY || !process.stdout.isTTY)
    throw new ProgramError('usage', 'attention --interactive works by keys: it needs a terminal.');
  const calls = overHttp(socketPath);
  await calls.status.query();
  const session = new InteractiveSession(calls, () => socketPath);
  const { daemon, close } = overSocket(socketPath, {
    onChange: (open) => session.onConnection(open),
    onSilence: tellSilence,
  });
  try {
    listen(session);
    look(daemon);
    await Promise.race([session.over, followed(daemon, session), endOfInput(), ended()]);
  } finally {
    // The subscription would reconnect for ever and keep this process alive.
    setImmediate(() => process.exit());
    session.leave();
    restore();
    void close();
  }
}

/** For as long as it is connected, somebody looks at the queue. */
const look = (daemon: Daemon): unknown =>
  daemon.notify.watch.subscribe({ looks: true }, { onError: () => {} });

function listen(session: InteractiveSession): void {
  const { stdin } = process;
  emitKeypressEvents(stdin);
  stdin.setRawMode(true).resume();
  control(MARK_PASTES);
  process.once('exit', restore);
  stdin.prependListener('data', (chunk: Buffer) => session.onRead(chunk.toString('utf8')));
  stdin.on('keypress', (text: string | undefined, key: Key) => session.onKey(keyOf(text, key)));
}

interface Key {
  readonly name?: string;
  readonly ctrl?: boolean;
  readonly meta?: boolean;
}

function keyOf(text: string | undefined, { name = '', ctrl, meta }: Key): string {
  if (ctrl) return `ctrl-${name}`;
  return meta ? `meta-${name}` : (text ?? name);
}

function followed(daemon: Daemon, session: InteractiveSession): Promise<never> {
  let board: Board | null = null;
  return followUntil<{ data: BoardMessage }, never>(
    (handlers) => daemon.board.follow.subscribe({}, handlers),
    ({ data }) => {
      board = afterMessage(board, data);
      if (board) session.onBoard(board);
      return undefined;
    },
  );
}

const endOfInput = (): Promise<unknown> => once(process.stdin, 'end');

/** Ended by a signal: 128 + its number. */
function ended(): Promise<void> {
  return new Promise((resolve) => {
    for (const [signal, code] of Object.entries(SIGNALS))
      process.once(signal, () => {
        process.exitCode = code;
        resolve();
      });
  });
}

function restore(): void {
  const { stdin } = process;
  stdin.removeAllListeners('keypress');
  stdin.setRawMode(false).pause();
  control(MARK_NO_PASTES);
}
