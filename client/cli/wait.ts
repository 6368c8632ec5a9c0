import { afterMessage, type Board, type BoardMessage } from '../../shared/board.ts';
import { closingWords } from '../../shared/reason-sentences.ts';
import { type Daemon, overHttp, overSocket, untilSaid } from '../daemon/daemon-client.ts';
import { followUntil, within } from '../daemon/follow.ts';
import { tellSilence } from './explain.ts';
import { secondsFrom } from './flags.ts';
import { oneLine, printJson, tell } from './output.ts';
import { ProgramError } from './program-error.ts';

export interface WaitFlags {
  readonly until: 'done' | 'needs-attention';
  readonly timeout?: string;
  readonly json?: boolean;
}

/**
 * Waits until a unit is done, or needs attention, over restarts of the daemon. Throws `never` where it can no
 * longer come: the unit was removed; it was closed instead of finished; it is done and will ask no more.
 */
export async function wait(socketPath: string, chunk: string, flags: WaitFlags): Promise<void> {
  const seconds = secondsFrom('--timeout', flags.timeout);
  // One that is not there is refused at once.
  await overHttp(socketPath).unit.query({ chunk });
  const { daemon, close } = overSocket(socketPath, { onSilence: tellSilence });
  try {
    tell(`waiting for ${chunk}.`);
    await reached(daemon, chunk, flags.until, seconds);
    const detail = await untilSaid((signal) => daemon.unit.query({ chunk }, { signal }), {
      onSilence: tellSilence,
    });
    if (flags.until === 'done' && detail.closed !== null)
      throw new ProgramError(
        'never',
        `${chunk} did not finish; it was closed: ${oneLine(closingWords(detail.closed))}`,
      );
    if (flags.json) await printJson({ seq: detail.seq, chunk, status: detail.status });
    else tell(`${chunk} ${flags.until === 'done' ? 'is done' : `needs attention: ${oneLine(detail.why)}`}.`);
  } finally {
    await close();
  }
}

function reached(
  daemon: Daemon,
  chunk: string,
  wanted: WaitFlags['until'],
  seconds: number | null,
): Promise<true> {
  let board: Board | null = null;
  return followUntil<{ data: BoardMessage }, true>(
    (handlers) => daemon.board.follow.subscribe({ chunk }, handlers),
    ({ data }) => {
      board = afterMessage(board, data);
      return board ? isReached(board, chunk, wanted) : undefined;
    },
    within(seconds, new ProgramError('timeout', `${chunk} is not so far yet.`)),
  );
}

/** Throws where it can no longer come. */
function isReached(board: Board, chunk: string, wanted: WaitFlags['until']): true | undefined {
  const status = statusOn(board, chunk);
  if (status === null) throw new ProgramError('never', `${chunk} was removed.`);
  if (status === (wanted === 'done' ? 'DONE' : 'NEEDS_ATTENTION')) return true;
  if (status === 'DONE') throw new ProgramError('never', `${chunk} is done: it will not need you any more.`);
  return undefined;
}

const statusOn = (board: Board, chunk: string) =>
  [...board.rows.values()].flatMap((row) =>
    row.row === 'unit' && row.chunk === chunk ? [row.status] : [],
  )[0] ?? null;
