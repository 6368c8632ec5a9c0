import { TRPCError } from '@trpc/server';
import { ZodError } from 'zod';
import type { Item } from '../../shared/item-words.ts';
import { Refusal, type RefusalCode, type RefusalKind } from '../domain/refusal.ts';

/** A refusal as it is sent to callers, whatever the door. */
export interface RefusalForCaller {
  readonly kind: RefusalKind | 'forbidden';
  readonly status: number;
  readonly message: string;
  readonly field: string | null;
  readonly items: readonly Item[];
  readonly code: RefusalCode | 'forbidden';
}

const STATUS = { 'not-found': 404, conflict: 409, invalid: 422, unavailable: 503 } as const;

/** The refusal in an error; null: an internal error. */
export function refusalOf(error: unknown): RefusalForCaller | null {
  if (error instanceof Refusal) {
    const { kind, message, field, items, code } = error;
    return { kind, status: STATUS[kind], message, field, items, code };
  }
  if (error instanceof ZodError) return inputRefusal(error);
  if (!(error instanceof TRPCError)) return null;
  if (error.code === 'FORBIDDEN')
    return {
      kind: 'forbidden',
      status: 403,
      message: error.message,
      field: null,
      items: [],
      code: 'forbidden',
    };
  return refusalOf(error.cause);
}

/** The first validation error, with the name of its field. */
function inputRefusal({ issues }: ZodError): RefusalForCaller {
  const [issue] = issues;
  const field = issue?.path.join('.') ?? '';
  // Errors about keys of a record are nested one level deeper.
  const message = (issue?.code === 'invalid_key' ? issue.issues[0]?.message : issue?.message) ?? '';
  const whole = field === '' ? message : `${field}: ${message}`;
  return {
    kind: 'invalid',
    status: 422,
    message: whole,
    field: String(issue?.path[0] ?? ''),
    items: [],
    code: 'invalid',
  };
}
