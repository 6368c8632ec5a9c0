/** Tokens and sessions. Secrets are made elsewhere: only hashes are stored. */

import type { Session, TokenRole } from '../../../shared/access-words.ts';
import { type Change, NO_UNIT } from '../../../shared/events.ts';
import type { SessionEndCode } from '../../../shared/reason-words.ts';
import type { Moment } from '../../../shared/words.ts';
import { workOf } from '../lookup.ts';
import { conflict, invalid, notFound } from '../refusal.ts';
import type { State } from '../state.ts';
import type { Decision } from './decision.ts';

export interface TokenInput {
  readonly id: string;
  readonly hash: string;
  readonly role: TokenRole;
  readonly name: string;
  readonly origin?: string | undefined;
  readonly may_answer: boolean;
  readonly chunk?: string | undefined;
}

const MOST_TOKENS = 200;

/** `origins`: the listed origins. */
export function addToken(
  state: State,
  input: TokenInput,
  origins: readonly string[],
): Decision<{ token: string }> {
  const { id, hash, role, name, origin, may_answer, chunk } = input;
  if (state.tokens.length >= MOST_TOKENS)
    throw conflict('too-many', `There are ${MOST_TOKENS} tokens. Revoke some first: signalbox token list`);
  if ((role === 'embed') !== (origin !== undefined))
    throw invalid('origin', 'A token for the role embed, and only that one, names its page: --origin URL');
  if (origin !== undefined && !origins.includes(origin))
    throw invalid('origin', `${origin} is not listed. First: signalbox origin add ${origin}`);
  if (may_answer && role !== 'embed')
    throw invalid('may_answer', 'Only an embed is told whether it may answer.');
  const unit = role === 'agent' ? externalUnit(state, chunk) : null;
  if (role !== 'agent' && chunk !== undefined)
    throw invalid('chunk', 'Only a token for the role agent names a unit.');
  const data = { id, hash, role, name, origin: origin ?? null, may_answer, unit };
  return { changes: [{ type: 'token.added', unit: NO_UNIT, data }], result: { token: id } };
}

/** Runs get their tokens automatically; only an external unit can be given one. */
function externalUnit(state: State, chunk: string | undefined): number {
  if (chunk === undefined) throw invalid('chunk', 'A token for the role agent names its unit: --chunk NAME');
  const work = workOf(state, chunk);
  if (!work.unit.spec.external)
    throw invalid('chunk', `${chunk} is not external: its runs have tokens of their own.`);
  return work.unit.id;
}

export function revokeToken(state: State, { id }: { id: string }): Decision {
  if (!state.tokens.some((token) => token.id === id)) throw notFound(`There is no token ${id}.`);
  return { changes: [{ type: 'token.revoked', unit: NO_UNIT, data: { id } }] };
}

export const SESSION_MS = 30 * 24 * 3600 * 1000;
const RENEW_MS = 24 * 3600 * 1000;
const MOST_SESSIONS = 100;

const age = ({ renewed_at }: Session, at: Moment): number => Date.parse(at) - Date.parse(renewed_at);

export const isExpired = (session: Session, at: Moment): boolean => age(session, at) >= SESSION_MS;
/** A used session is renewed, at most once a day. */
export const isToRenew = (session: Session, at: Moment): boolean => age(session, at) >= RENEW_MS;

/** A browser has signed in. Those that have not come for 30 days, and the oldest of too many, are over. */
export function openSession(state: State, input: { id: string; hash: string }, at: Moment): Decision {
  const expired = state.sessions.filter((session) => isExpired(session, at));
  const live = state.sessions.filter((session) => !expired.includes(session));
  const surplus = live.slice(0, Math.max(0, live.length + 1 - MOST_SESSIONS));
  return {
    changes: [
      ...expired.map((session) => ended(session, 'expired')),
      ...surplus.map((session) => ended(session, 'too-many')),
      { type: 'session.opened', unit: NO_UNIT, data: { id: input.id, hash: input.hash } },
    ],
  };
}

export function renewSession(state: State, { id }: { id: string }, at: Moment): Decision {
  const session = state.sessions.find((each) => each.id === id);
  if (!session || !isToRenew(session, at)) return { changes: [] };
  return { changes: [{ type: 'session.renewed', unit: NO_UNIT, data: { id } }] };
}

/** Ends one session, or all. */
export function endSessions(state: State, { id }: { id?: string }): Decision<{ ended: number }> {
  const those = state.sessions.filter((session) => id === undefined || session.id === id);
  return {
    changes: those.map((session) =>
      ended(session, id === undefined ? 'signed-out-everywhere' : 'signed-out'),
    ),
    result: { ended: those.length },
  };
}

const ended = ({ id }: Session, code: SessionEndCode): Change => ({
  type: 'session.ended',
  unit: NO_UNIT,
  data: { id, code },
});
