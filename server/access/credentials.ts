/** Finds the credential that a token or session cookie stands for. */

import type { Session, Token } from '../../shared/access-words.ts';
import type { WorkUnit } from '../../shared/words.ts';
import { isExpired } from '../domain/commands/access.ts';
import { exists, type State } from '../domain/state.ts';
import type { Store } from '../store/store.ts';
import { keyOfRun } from '../system/run-files.ts';
import type { Credential } from './gate.ts';
import { hashOf } from './secret.ts';

const OPERATOR = {
  role: 'operator',
  actor: 'operator',
  origin: null,
  mayAnswer: false,
  unit: null,
  run: null,
  invalidReason: null,
} as const satisfies Partial<Credential>;

interface RunSecret {
  readonly unit: number;
  readonly number: number;
  readonly role: 'agent' | 'carrier';
}

/** Finds the token, session or run of a secret by its hash. */
export class Credentials {
  readonly #store: Store;
  readonly #now: () => Date;
  /** By the hash of its token, or of the secret of its carrier: a run, and whose it is; kept up to `#indexed`. */
  readonly #runs = new Map<string, RunSecret>();
  #indexed: State | null = null;

  constructor(store: Store, now: () => Date = () => new Date()) {
    this.#store = store;
    this.#now = now;
  }

  ofToken(secret: string): Credential | null {
    const hash = hashOf(secret);
    const { state } = this.#store;
    const token = state.tokens.find((each) => each.hash === hash);
    return token ? ofToken(token, state) : this.#ofRun(hash, state);
  }

  ofSession(secret: string): Credential | null {
    const hash = hashOf(secret);
    const session = this.#store.state.sessions.find((each) => each.hash === hash);
    return session ? this.#ofSession(session) : null;
  }

  /** Whether the credential is still valid. */
  isStanding({ id }: Credential): boolean {
    const { tokens, sessions, works } = this.#store.state;
    const session = sessions.find((each) => each.id === id);
    if (session) return this.#ofSession(session).invalidReason === null;
    const token = tokens.find((each) => each.id === id);
    if (token) return ofToken(token, this.#store.state).invalidReason === null;
    const [unit, number] = runOf(id);
    return works.get(unit)?.runs.some((run) => run.number === number && run.ended_at === null) ?? false;
  }

  #ofSession(session: Session): Credential {
    const isOver = isExpired(session, this.#now().toISOString());
    return {
      ...OPERATOR,
      id: session.id,
      invalidReason: isOver ? 'You were signed out after 30 days.' : null,
    };
  }

  /** The token of a run is valid until the commit that ends the run, across restarts of the daemon. */
  #ofRun(hash: string, state: State): Credential | null {
    this.#index(state);
    const found = this.#runs.get(hash);
    const run = found && state.works.get(found.unit)?.runs.find(({ number }) => number === found.number);
    if (!run) return null;
    const invalidReason = run.ended_at === null ? null : `Run ${run.number} has ended.`;
    const { unit, number } = run;
    const of = { ...OPERATOR, role: found.role, unit, run: number, invalidReason };
    return found.role === 'agent'
      ? { ...of, id: `run-${keyOfRun(run)}`, actor: `run ${number}` }
      : { ...of, id: `carrier-${keyOfRun(run)}`, actor: `carrier of run ${number}` };
  }

  #index(state: State): void {
    if (state === this.#indexed) return;
    const changed: Iterable<WorkUnit> = this.#indexed
      ? state.works.changedSince(this.#indexed.works)
      : state.works;
    for (const { runs } of changed)
      for (const { token, claim, unit, number } of runs) {
        if (token) this.#runs.set(token, { unit, number, role: 'agent' });
        if (claim) this.#runs.set(claim, { unit, number, role: 'carrier' });
      }
    this.#indexed = state;
  }
}

function ofToken({ id, role, name, origin, may_answer, unit }: Token, state: State): Credential {
  const base = { ...OPERATOR, id, role, actor: name || role, origin, mayAnswer: may_answer };
  if (unit === null) return base;
  const work = state.works.get(unit);
  return {
    ...base,
    unit,
    invalidReason: work && exists(work) ? null : 'The unit of this token was removed, or is archived.',
  };
}

/** Parses the unit and number from the id of a run's credential. */
function runOf(id: string): [number, number] {
  const [, unit, number] = /^(?:run|carrier)-(\d+)-(\d+)$/.exec(id) ?? [];
  return [Number(unit ?? -1), Number(number ?? -1)];
}
