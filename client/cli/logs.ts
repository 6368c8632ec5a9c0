import { plain } from '../../shared/terminal-text.ts';
import { overHttp, overSocket } from './daemon-client.ts';
import { ProgramError } from './program-error.ts';

export interface LogsFlags {
  readonly follow?: boolean;
  readonly run?: string;
}

/** Prints what a run printed; with `follow`, goes on until the run ends, over restarts of the daemon. */
export async function logs(socketPath: string, chunk: string, { follow, run }: LogsFlags): Promise<void> {
  if (run !== undefined && !/^[1-9]\d{0,8}$/.test(run))
    throw new ProgramError('usage', `--run takes a number, not "${run}".`);
  await overHttp(socketPath).status.query();
  const { daemon, close } = overSocket(socketPath);
  const input = { chunk, ...(run !== undefined && { run: Number(run) }), follow: follow ?? false };
  try {
    await new Promise<void>((resolve, reject) => {
      daemon.transcript.subscribe(input, {
        onData: ({ data }) => {
          process.stdout.write(process.stdout.isTTY ? plain(data.text) : data.text);
          if (data.ended) resolve();
        },
        onError: reject,
        onComplete: resolve,
      });
    });
  } finally {
    await close();
  }
}
