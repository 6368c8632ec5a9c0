/** What every procedure is built on: the roles that may call it, and how refusals travel. */
import { initTRPC, TRPCError } from '@trpc/server';
import type { By, Role } from '../../shared/access-words.ts';
import type { UnitSpec } from '../../shared/words.ts';
import type { Credential } from '../access/gate.ts';
import type { Limits } from '../access/limits.ts';
import {
  AGENTS,
  CARRIERS,
  ENDED_MEANWHILE,
  isAtTerminal,
  mayGiveCommands,
  OPERATORS,
  READERS,
  VIEWERS,
  whyNotCall,
} from '../access/permissions.ts';
import type { Refusals } from '../access/refusals.ts';
import type { SignInLinks } from '../access/sign-in-links.ts';
import type { Policy } from '../domain/policy.ts';
import type { Store } from '../store/store.ts';
import type { Log } from '../system/log.ts';
import type { About, ListenerFacts } from './about.ts';
import type { CarryActions } from './carry-actions.ts';
import type { NotifyActions } from './notify-actions.ts';
import { type RefusalForCaller, refusalOf } from './refusal-of.ts';
import type { Source, ViewerSocket } from './streams.ts';
import type { WorktreeActions } from './worktree-actions.ts';

/** Who calls, and what is known of every call, whatever it is about. */
export interface CallContext {
  readonly by: By;
  /** The caller's credential; null: Unix socket, or --no-auth. */
  readonly credential: Credential | null;
  /** Whether it still counts: a request may have been under way for long. */
  readonly isStanding: () => boolean;
  /** Number of subscriptions of this connection. */
  readonly streams: { count: number };
  readonly log: Log;
  /** Commits what is due by the wall clock, so that no caller sees expired state. */
  readonly lookAtClock: () => Promise<void>;
  readonly access: Access;
  readonly store: Store;
  /** The caller's connection; null: it is none that messages are written to one by one. */
  readonly socket: ViewerSocket | null;
}

/** What is known of one call alone. */
export type CallFields = Pick<CallContext, 'by' | 'socket' | 'credential' | 'isStanding' | 'streams'>;

/** What the procedures of a daemon work with. */
export interface Context extends CallContext, Source {
  readonly about: About;
  /** PATH of runs, for `signalbox doctor`. */
  readonly path: string;
  /** Starts an orderly shutdown. */
  readonly stop: () => void;
  readonly policy: PolicySource;
  readonly worktrees: WorktreeActions;
  readonly notify: NotifyActions;
  readonly carry: CarryActions;
}

/** The operator's rules, and where things lie that they speak of. */
export interface PolicySource {
  readonly current: () => Policy;
  readonly home: string;
  /** The folders in which we and the operator keep our own files. */
  readonly own: readonly string[];
}

/** Access settings and limits. */
export interface Access {
  /** --read-only. */
  readonly readOnly: boolean;
  /** --no-auth. */
  readonly open: boolean;
  readonly limits: Limits;
  /** Origins that may embed our elements. */
  readonly origins: () => readonly string[];
  readonly links: SignInLinks;
  readonly listeners: readonly ListenerFacts[];
  readonly refusals: Refusals;
}

const CODES = {
  'not-found': 'NOT_FOUND',
  conflict: 'CONFLICT',
  invalid: 'UNPROCESSABLE_CONTENT',
  unavailable: 'SERVICE_UNAVAILABLE',
  forbidden: 'FORBIDDEN',
} as const satisfies Record<RefusalForCaller['kind'], TRPCError['code']>;

const forbidden = (message: string): TRPCError => new TRPCError({ code: 'FORBIDDEN', message });

/** The bases of procedures whose calls come with such a context: one for each set of roles. */
export function basesFor<Ctx extends CallContext>() {
  const t = initTRPC.context<Ctx>().create({
    /** A refusal is sent whole; any other error only as "Something went wrong." */
    errorFormatter({ shape, error }) {
      const { code, httpStatus, path } = shape.data;
      const refusal = refusalOf(error);
      const ours = refusal === null && error.code === 'INTERNAL_SERVER_ERROR';
      const message = refusal?.message ?? (ours ? 'Something went wrong.' : shape.message);
      return { ...shape, message, data: { code, httpStatus, path, refusal } };
    },
  });
  const told = t.procedure.use(async ({ ctx, next, path }) => {
    await ctx.lookAtClock();
    const result = await next();
    if (result.ok) return result;
    const { cause } = result.error;
    const refusal = refusalOf(result.error);
    if (refusal) throw new TRPCError({ code: CODES[refusal.kind], message: refusal.message, cause });
    if (result.error.code === 'INTERNAL_SERVER_ERROR') ctx.log.error(path, cause ?? result.error);
    return result;
  });

  /** Limits the subscriptions per connection; one that ends makes room. */
  const base = told.use(async ({ ctx, next, type }) => {
    if (type !== 'subscription') return next();
    const { streams, access } = ctx;
    if (streams.count >= access.limits.subscriptions)
      throw new TRPCError({
        code: 'TOO_MANY_REQUESTS',
        message: `One connection follows at most ${access.limits.subscriptions} streams.`,
      });
    streams.count++;
    const result = await next();
    if (!result.ok) {
      streams.count--;
      return result;
    }
    const left = () => {
      streams.count--;
    };
    return { ...result, data: untilLeft(result.data as AsyncIterable<unknown>, left) };
  });
  const only = (roles: readonly Role[]) =>
    base.use(async ({ ctx, next, path, type, getRawInput }) => {
      const why = await whyNotCall(ctx, roles, { path, type, input: getRawInput });
      if (why !== null) throw forbidden(why);
      // The caller was looked at when the head had come; the body may come much later.
      await getRawInput();
      if (!ctx.isStanding()) throw new TRPCError({ code: 'UNAUTHORIZED', message: ENDED_MEANWHILE });
      return next({ ctx: { ...ctx, procedure: path } });
    });
  return {
    t,
    viewer: only(VIEWERS),
    reader: only(READERS),
    operator: only(OPERATORS),
    agent: only(AGENTS),
    carrier: only(CARRIERS),
  };
}

async function* untilLeft(stream: AsyncIterable<unknown>, left: () => void): AsyncIterable<unknown> {
  try {
    yield* stream;
  } finally {
    left();
  }
}

export type Bases<Ctx extends CallContext> = ReturnType<typeof basesFor<Ctx>>;

/** The base of every procedure of a daemon is one of these. */
export const bases = basesFor<Context>();
export const { t, viewer, reader, operator, agent, carrier } = bases;

export function onlyAtTerminal(ctx: Pick<CallContext, 'by'>, what: string): void {
  if (!isAtTerminal(ctx)) throw forbidden(`Only the terminal ${what}.`);
}

/** Units of our page bring no commands, whichever of its ways they take. */
export function refuseCommands(ctx: Context, specs: readonly UnitSpec[]): void {
  const spec = mayGiveCommands(ctx) ? undefined : specs.find(({ steps }) => steps.some(hasCommand));
  if (spec)
    throw forbidden(
      `${spec.chunk}: commands are added at the terminal, not by the page. Give the unit an agent, or use: signalbox add --plan FILE`,
    );
}

const hasCommand = ({ command }: UnitSpec['steps'][number]): boolean => command !== null;
