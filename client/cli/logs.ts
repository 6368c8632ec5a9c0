import { once } from 'node:events';
import { plain } from '../../shared/terminal-text.ts';
import { overHttp, overSocket } from './daemon-client.ts';
import { followUntil } from './follow.ts';
import { ProgramError } from './program-error.ts';

export interface LogsFlags {
  readonly follow?: boolean;
  readonly run?: string;
  readonly json?: boolean;
}

/** A stretch of what the run printed, from one byte to another. */
interface Stretch {
  readonly run: number;
  readonly from: number;
  readonly to: number;
  readonly text: string;
  /** Nothing will follow. */
  readonly ended: boolean;
}

/**
 * Prints what a run printed; with `follow`, goes on until the run ends, over restarts of the daemon. Where
 * nobody takes what is printed, it asks for no more.
 */
export async function logs(socketPath: string, chunk: string, flags: LogsFlags): Promise<void> {
  const { follow, run, json } = flags;
  if (run !== undefined && !/^[1-9]\d{0,8}$/.test(run))
    throw new ProgramError('usage', `--run takes a number, not "${run}".`);
  await overHttp(socketPath).status.query();
  const { daemon, close } = overSocket(socketPath);
  const input = { chunk, ...(run !== undefined && { run: Number(run) }), follow: follow ?? false };
  let offset = 0;
  const untilFull = () =>
    followUntil<{ data: Stretch }, 'ended' | 'full'>(
      (handlers) => daemon.transcript.subscribe({ ...input, offset }, handlers),
      ({ data }) => {
        offset = data.to;
        const hasRoom = process.stdout.write(json ? `${JSON.stringify(data)}\n` : textOf(data));
        return data.ended ? 'ended' : hasRoom ? undefined : 'full';
      },
    );
  try {
    while ((await untilFull()) === 'full') await once(process.stdout, 'drain');
  } finally {
    await close();
  }
}

const textOf = ({ text }: Stretch): string => (process.stdout.isTTY ? plain(text) : text);
