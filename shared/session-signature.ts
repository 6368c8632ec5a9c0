/**
 * What a session that a person has started says of itself beside the daemon's socket: which process it is, so that the
 * unit it has made ends with it, also where nobody is left to say so.
 */
export interface Signature {
  /** The process of the session. */
  readonly host: number;
  /** Whether a question outlives the session, for the next one that asks the same. */
  readonly keepsQuestions: boolean;
  /** It has said itself that it is over. */
  readonly ended: boolean;
}

/** The folder of the signatures, beside the socket; each is a file that is named by its unit. */
export const SIGNATURES = 'sessions';

/** null: this is no signature. */
export function signatureIn(text: string): Signature | null {
  try {
    const { host, keepsQuestions, ended } = JSON.parse(text) as Partial<Signature>;
    if (typeof host !== 'number' || !Number.isInteger(host) || host < 1) return null;
    return { host, keepsQuestions: keepsQuestions === true, ended: ended === true };
  } catch {
    return null;
  }
}
