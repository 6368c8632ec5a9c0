/** Tells by a program of the operator. There is no shell: the message is in its environment and on its input. */
import { spawn } from 'node:child_process';
import { homedir } from 'node:os';
import { under } from '../../shared/base-path.ts';
import type { Receipt } from '../../shared/notify-words.ts';
import type { OutgoingMessage } from './message.ts';

const TIMEOUT_MS = 10_000;
const KILL_MS = 2000;

/** `origin`: where people open the page. Rejects only when `signal` fires; then its processes are ended. */
export function runCommand(
  argv: readonly string[],
  message: OutgoingMessage,
  origin: string,
  signal: AbortSignal,
  timeout = TIMEOUT_MS,
): Promise<Receipt> {
  const [program = '', ...rest] = argv;
  const url = new URL(under(message.path), origin).href;
  return new Promise((resolve, reject) => {
    // A group of its own, so that all that it starts ends with it.
    const child = spawn(program, rest, {
      cwd: homedir(),
      env: { ...process.env, ...environmentOf(message, url) },
      stdio: ['pipe', 'ignore', 'ignore'],
      detached: true,
    });
    let isLate = false;
    const end = () => endGroup(child.pid);
    const timer = setTimeout(() => {
      isLate = true;
      end();
    }, timeout);
    signal.addEventListener('abort', end, { once: true });
    const settle = (receipt: Receipt) => {
      clearTimeout(timer);
      signal.removeEventListener('abort', end);
      if (signal.aborted) reject(signal.reason);
      else resolve(isLate ? { code: 'timed-out', seconds: timeout / 1000 } : receipt);
    };
    child.once('error', (error: NodeJS.ErrnoException) =>
      settle({ code: 'cannot-start', error: error.code ?? 'ERROR' }),
    );
    child.once('exit', (code, by) => settle(receiptOf(code, by)));
    // It need not read.
    child.stdin.on('error', () => {});
    child.stdin.end(`${JSON.stringify({ ...message, url })}\n`);
  });
}

function receiptOf(code: number | null, signal: string | null): Receipt {
  if (code === null) return { code: 'killed', signal: signal ?? 'a signal' };
  return code === 0 ? { code: 'ran' } : { code: 'exited', exit: code };
}

const environmentOf = ({ id, title, text, kinds, items, sound }: OutgoingMessage, url: string) => ({
  SIGNALBOX_NOTICE: id,
  SIGNALBOX_TITLE: title,
  SIGNALBOX_MESSAGE: text,
  SIGNALBOX_URL: url,
  SIGNALBOX_KINDS: kinds.join(','),
  SIGNALBOX_COUNT: String(items.length),
  SIGNALBOX_SOUND: sound ? '1' : '0',
});

/** Asked first, then made to end. */
function endGroup(pid: number | undefined): void {
  if (pid === undefined) return;
  signalGroup(pid, 'SIGTERM');
  setTimeout(() => signalGroup(pid, 'SIGKILL'), KILL_MS).unref();
}

function signalGroup(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(-pid, signal);
  } catch {
    // nobody of it is left
  }
}
