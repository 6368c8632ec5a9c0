import type { Usage } from '../../../shared/usage-words.ts';
import { isSaid, overHttp, untilSaid } from '../../daemon/daemon-client.ts';
import type { DaemonAddress, OnBehalfOf } from '../../intake/ask.ts';
import { complain } from '../output/terminal-output.ts';

export interface RunNote {
  /** The agent's own name for its conversation. */
  readonly session?: string;
  /** News for the operator that need no answer. */
  readonly said?: string;
  /** The tokens of the whole run so far; the cost of its session, earlier runs of it included. */
  readonly usage?: Usage;
  readonly refused?: readonly { readonly key: string; readonly tool: string; readonly subject: string }[];
}

export type RunNotes = ReturnType<typeof runNotes>;

/** Sends notes of a run to the daemon, in order, retrying across restarts. Outside a run it does nothing. */
export function runNotes({ socketPath, caller, onSilence }: DaemonAddress, { chunk, run }: OnBehalfOf) {
  const calls = overHttp(socketPath, caller);
  let failure: unknown = null;
  const send = async ({ refused = [], ...session }: RunNote) => {
    if (run === null) return;
    const said = { chunk, run, ...session, refused: [...refused] };
    try {
      await untilSaid((signal) => calls.runs.note.mutate(said, { signal }), {
        onSilence,
      });
    } catch (error) {
      // The daemon refused it, for example because the run has ended.
      if (isSaid(error)) complain(error.message);
      else failure ??= error;
    }
  };
  let last = Promise.resolve();
  return {
    add: (note: RunNote): Promise<void> => {
      last = last.then(() => send(note));
      return last;
    },
    /** Waits until those are sent that were added so far. */
    sent: (): Promise<void> => last,
    /** Waits until all notes are sent. Throws if one could not be. */
    done: async (): Promise<void> => {
      await last;
      if (failure !== null) throw failure;
    },
  };
}
