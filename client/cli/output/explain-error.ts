import { TRPCClientError } from '@trpc/client';
import { fileProblemOf } from '../../../shared/file-problem.ts';
import { codeOf, type DaemonError, isForbidden, isSaid } from '../../daemon/daemon-client.ts';
import { DaemonUnreachable, ProgramError } from './program-error.ts';
import { tell } from './terminal-output.ts';

/** Reports on stderr that the command still waits for a daemon that does not answer. */
export const tellSilence = (): void =>
  tell('Signalbox does not answer; waiting on. Look closer: signalbox doctor');

/** Turns any error into one with a message for the user. */
export function explainError(error: unknown, socketPath: () => string): Error {
  if (error instanceof ProgramError) return error;
  if (isSaid(error)) return saidError(error);
  if (!(error instanceof TRPCClientError)) return localError(error);
  const code = codeOf(error);
  if (isForbidden(error))
    return new ProgramError(
      'permission',
      `This process may not reach Signalbox at ${socketPath()} (${code}). If it runs in a sandbox, let it use the network.`,
    );
  if (code === 'ETIMEDOUT') return new DaemonUnreachable('silent', socketPath());
  if (['ENOENT', 'ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'ENOTSOCK'].includes(code))
    return new DaemonUnreachable('absent', socketPath());
  return new ProgramError(
    'failed',
    `What answers at ${socketPath()} does not speak as Signalbox does: ${error.message}`,
  );
}

/** What a program reads of a "no" of the daemon; null: it was something else. */
export function refusalIn(error: unknown): { code: string; message: string; field: string | null } | null {
  const refusal = isSaid(error) ? error.data?.refusal : null;
  return refusal ? { code: refusal.code, message: refusal.message, field: refusal.field } : null;
}

/** An error from the daemon: the refusal code decides the exit code. */
function saidError(error: DaemonError): ProgramError {
  const { refusal } = error.data ?? {};
  if (refusal?.code === 'disk' || refusal?.code === 'moved') return new ProgramError('disk', error.message);
  if (refusal?.code === 'busy' || refusal?.code === 'unreachable')
    return new ProgramError('timeout', error.message);
  return new ProgramError(refusal ? 'refused' : 'failed', error.message);
}

/** An error in this process, mostly about files. */
function localError(error: unknown): Error {
  const found = fileProblemOf(error, 'Standard output');
  if (found) return new ProgramError(found.kind, found.message);
  return error instanceof Error ? error : new Error(String(error));
}
