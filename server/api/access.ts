/** Tokens, sign-in links and sessions, for whoever may open the Unix socket. */

import { z } from 'zod';
import { TOKEN_ROLES } from '../../shared/access-words.ts';
import { under } from '../../shared/base-path.ts';
import { localPath } from '../../shared/local-path.ts';
import { originOf } from '../access/access-file.ts';
import { mayAnswer } from '../access/permissions.ts';
import { hashOf, newSecret } from '../access/secret.ts';
import { addToken, endSessions, revokeToken } from '../domain/commands/access.ts';
import { newId } from '../system/new-id.ts';
import { commit, commitOrPreview } from './commit.ts';
import { chunk, key } from './fields.ts';
import { dryRun, nothing } from './inputs.ts';
import { type Bases, type CallContext, type Context, onlyAtTerminal } from './procedures.ts';

const link = z.strictObject({
  to: z
    .string()
    .max(500)
    .refine((text) => localPath(text) === text, 'A path of ours: /work-units/NAME'),
  /** A link from `signalbox open` is followed at once, by the browser that it opens. */
  seconds: z.number().int().min(1).max(600).default(60),
});

const origin = z
  .string()
  .refine((text) => originOf(text) === text, 'An origin is a scheme, a host and a port: https://example.com');

export const token = z.strictObject({
  role: z.enum(TOKEN_ROLES),
  name: z.string().max(100, 'At most 100 characters.').default(''),
  origin: origin.optional(),
  may_answer: z.boolean().default(false),
  chunk: chunk.optional(),
});

/** Whatever the server is about that they let in to. */
export const accessFor = <Ctx extends CallContext & Pick<Context, 'about'>>({
  t,
  operator,
  viewer,
}: Bases<Ctx>) =>
  t.router({
    /** Who the caller is, and what they may do. */
    me: viewer.input(nothing).query(({ ctx }) => ({
      role: ctx.by.role,
      may_answer: mayAnswer(ctx),
    })),
    /** A link that signs a browser in, once; where nobody signs in, the address itself. */
    link: operator.input(link).mutation(({ ctx, input }) => {
      onlyAtTerminal(ctx, 'makes sign-in links');
      const { open, links } = ctx.access;
      const path = open ? input.to : `/sign-in/${links.make(input.seconds * 1000, input.to)}`;
      return { url: new URL(under(path), ctx.about.address).href };
    }),
    /** The token itself is in the answer, and nowhere else. */
    add: operator.input(token).mutation(async ({ ctx, input }) => {
      onlyAtTerminal(ctx, 'makes tokens');
      const secret = newSecret();
      const fact = { ...input, id: newId().slice(0, 12), hash: hashOf(secret) };
      const { seq } = await commit(ctx, (state) => addToken(state, fact, ctx.access.origins()));
      return { seq, id: fact.id, token: secret };
    }),
    list: operator.input(nothing).query(({ ctx }) => {
      const { tokens, sessions, works } = ctx.store.state;
      return {
        tokens: tokens.map(({ hash: _, unit, ...token }) => ({
          ...token,
          chunk: unit === null ? null : (works.get(unit)?.unit.chunk ?? null),
        })),
        sessions: sessions.map(({ hash: _, ...session }) => session),
      };
    }),
    revoke: operator
      .input(z.strictObject({ id: z.string().max(64), key: key.optional(), ...dryRun }))
      .mutation(({ ctx, input }) => commitOrPreview(ctx, (state) => revokeToken(state, input), input)),
    /** Ends the session of the browser that asks, or all of them. */
    signOut: operator
      .input(z.strictObject({ all: z.boolean().default(false), ...dryRun }))
      .mutation(({ ctx, input }) => {
        const id = input.all ? undefined : (ctx.credential?.id ?? '');
        return commitOrPreview(ctx, (state) => endSessions(state, id === undefined ? {} : { id }), input);
      }),
    /** Listeners, mode, origins and limits. */
    door: operator.input(nothing).query(({ ctx }) => {
      const { listeners, open, readOnly, origins, limits } = ctx.access;
      return { listeners, open, read_only: readOnly, origins: origins(), limits };
    }),
    /** Refused requests, latest first; they are not part of the log. */
    refusals: operator.input(nothing).query(({ ctx }) => ctx.access.refusals.all()),
  });
