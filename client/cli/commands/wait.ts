/** `signalbox wait`: waits until a unit is done or needs attention. */
import { afterMessage, type Board, type BoardMessage } from '../../../shared/board.ts';
import { closingWords } from '../../../shared/reason-sentences.ts';
import { type Daemon, overHttp, untilSaid } from '../../daemon/daemon-client.ts';
import { followUntil, within } from '../../daemon/follow-until.ts';
import { overSocket } from '../../daemon/streaming-client.ts';
import { tellSilence } from '../output/explain-error.ts';
import { ProgramError } from '../output/program-error.ts';
import { oneLine, printJson, tell } from '../output/terminal-output.ts';
import { secondsFrom } from './flags.ts';

export interface WaitFlags {
  readonly until: 'done' | 'needs-attention';
  readonly timeout?: string;
  readonly json?: boolean;
}

/**
 * Waits until a unit is done, or needs attention, over restarts of the daemon. Throws `never` where it can no
 * longer happen: the unit was removed, closed instead of finished, or is done and asks nothing more.
 */
export async function wait(socketPath: string, chunk: string, flags: WaitFlags): Promise<void> {
  const seconds = secondsFrom('--timeout', flags.timeout);
  // An unknown unit is refused at once.
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
    within(
      seconds,
      new ProgramError(
        'timeout',
        `Timed out: ${chunk} ${wanted === 'done' ? 'is not done' : 'does not need attention'} yet.`,
      ),
    ),
  );
}

/** Throws `never` if it can no longer happen. */
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
