/** The error for the callers of a batch that was not committed. */

import { Refusal, type RefusalCode } from '../domain/refusal.ts';
import { isDiskError } from './database-file.ts';
import { FileMoved } from './files-in-place.ts';

export function notSaved(error: unknown): unknown {
  const refusal = (code: RefusalCode, why: string) =>
    new Refusal('unavailable', code, `Nothing was saved: ${why}`);
  if (isBusy(error)) return refusal('busy', 'another program holds the database. Try again.');
  if (error instanceof FileMoved) return refusal('moved', `${error.message} Signalbox ends now.`);
  if (isDiskError(error))
    return refusal('disk', 'the disk is full or cannot be written. Make room, then try again.');
  return error;
}

const isBusy = (error: unknown): boolean => /^SQLITE_BUSY/.test(codeOf(error));

const codeOf = (error: unknown): string => String((error as { code?: unknown } | null)?.code ?? '');
