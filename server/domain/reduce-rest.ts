import { type Event, NO_UNIT } from '../../shared/events.ts';
import { type AboutNotice, afterNotice } from './reduce-notices.ts';
import type { State } from './state.ts';

const concernsNotice = (event: AboutNone): event is AboutNotice => /^noti(ce|fy)\./.test(event.type);

export type AboutNone = Extract<Event, { unit: typeof NO_UNIT }>;

export const concernsNoUnit = (event: Event): event is AboutNone => event.unit === NO_UNIT;

/** Folds events that concern no unit: settings, trusted agents, tokens and sessions. */
export function withoutUnit(state: State, event: AboutNone): Partial<State> {
  if (concernsNotice(event)) return afterNotice(state, event);
  switch (event.type) {
    case 'config.updated':
      return { graph: event.seq, settings: { ...state.settings, ...event.data } };
    case 'agents.trusted':
      return { graph: event.seq, trusted: event.data };
    case 'executors.configured':
      return { graph: event.seq, executors: event.data };
    case 'token.added':
      return { tokens: [...state.tokens, { ...event.data, added_at: event.at }] };
    case 'token.revoked':
      return { tokens: state.tokens.filter(({ id }) => id !== event.data.id) };
    case 'session.opened':
      return {
        sessions: [...state.sessions, { ...event.data, opened_at: event.at, renewed_at: event.at }],
      };
    case 'session.renewed':
      return {
        sessions: state.sessions.map((each) =>
          each.id === event.data.id ? { ...each, renewed_at: event.at } : each,
        ),
      };
    case 'session.ended':
      return { sessions: state.sessions.filter(({ id }) => id !== event.data.id) };
  }
}
