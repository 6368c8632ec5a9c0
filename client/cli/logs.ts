import { once } from 'node:events';
import { plain } from '../../shared/terminal-text.ts';
import { overHttp, overSocket } from './daemon-client.ts';
import { followUntil } from './follow.ts';
import { ProgramError } from './program-error.ts';

export interface LogsFlags {
  readonly follow?: boolean;
  readonly run?: string;
}

/**
 * Prints what a run printed; with `follow`, goes on until the run ends, over restarts of the daemon. Where
 * nobody takes what is printed, it asks for no more.
 */
export async function logs(socketPath: string, chunk: string, { follow, run }: LogsFlags): Promise<void> {
  if (run !== undefined && !/^[1-9]\d{0,8}$/.test(run))
    throw new ProgramError('usage', `--run takes a number, not "${run}".`);
  await overHttp(socketPath).status.query();
  const { daemon, close } = overSocket(socketPath);
  const input = { chunk, ...(run !== undefined && { run: Number(run) }), follow: follow ?? false };
  let offset = 0;
  const untilFull = () =>
    followUntil<{ data: { to: number; text: string; ended: boolean } }, 'ended' | 'full'>(
      (handlers) => daemon.transcript.subscribe({ ...input, offset }, handlers),
      ({ data }) => {
        offset = data.to;
        const hasRoom = process.stdout.write(process.stdout.isTTY ? plain(data.text) : data.text);
        return data.ended ? 'ended' : hasRoom ? undefined : 'full';
      },
    );
  try {
    while ((await untilFull()) === 'full') await once(process.stdout, 'drain');
  } finally {
    await close();
  }
}
