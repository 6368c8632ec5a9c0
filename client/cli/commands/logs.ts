/** `signalbox logs`: prints the output of a run, and follows it. */
import { once } from 'node:events';
import { jsonForTerminal, plain } from '../../../shared/terminal-text.ts';
import { overHttp } from '../../daemon/daemon-client.ts';
import { followUntil } from '../../daemon/follow-until.ts';
import { overSocket } from '../../daemon/streaming-client.ts';
import { tellSilence } from '../output/explain-error.ts';
import { ProgramError } from '../output/program-error.ts';
import { write, writeBytes } from '../output/terminal-output.ts';

export interface LogsFlags {
  readonly follow?: boolean;
  readonly run?: string;
  readonly json?: boolean;
}

/** A byte range of the output. */
interface Stretch {
  readonly run: number;
  readonly from: number;
  readonly to: number;
  /** In the requested encoding. */
  readonly text: string;
  /** The run has ended: no more output follows. */
  readonly ended: boolean;
}

/**
 * Prints the output of a run: exact bytes to a pipe or file, escaped text to a terminal. With `follow`,
 * continues until the run ends, across restarts of the daemon. Waits while stdout is full.
 */
export async function logs(socketPath: string, chunk: string, flags: LogsFlags): Promise<void> {
  const { follow, run, json } = flags;
  if (run !== undefined && !/^[1-9]\d{0,8}$/.test(run))
    throw new ProgramError('usage', `--run takes a number, not "${run}".`);
  await overHttp(socketPath).status.query();
  const { daemon, close } = overSocket(socketPath, { onSilence: tellSilence });
  const encoding = json || process.stdout.isTTY ? ('utf8' as const) : ('base64' as const);
  const input = { chunk, ...(run !== undefined && { run: Number(run) }), follow: follow ?? false, encoding };
  const put = (stretch: Stretch): boolean => {
    if (json) return write(`${jsonForTerminal(stretch)}\n`);
    return encoding === 'utf8' ? write(plain(stretch.text)) : writeBytes(Buffer.from(stretch.text, 'base64'));
  };
  let offset = 0;
  const untilFull = () =>
    followUntil<{ data: Stretch }, 'ended' | 'full'>(
      (handlers) => daemon.transcript.subscribe({ ...input, offset }, handlers),
      ({ data }) => {
        offset = data.to;
        const hasRoom = put(data);
        return data.ended ? 'ended' : hasRoom ? undefined : 'full';
      },
    );
  try {
    while ((await untilFull()) === 'full') await once(process.stdout, 'drain');
  } finally {
    await close();
  }
}
