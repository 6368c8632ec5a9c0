/** Who comes in, through which door, and what lets them in. */
import type { Moment } from './words.ts';

/** Through which door somebody came. */
export type Door = 'page' | 'form' | 'cli' | 'api' | 'embed' | 'daemon';
export type Role = 'operator' | 'viewer' | 'monitor' | 'embed' | 'agent' | 'carrier' | 'daemon';

/** Who did it. */
export interface By {
  readonly actor: string;
  readonly role: Role;
  readonly door: Door;
  readonly origin: string | null;
}

/** What a token lets its bearer do. */
export const TOKEN_ROLES = ['operator', 'viewer', 'monitor', 'embed', 'agent'] as const;
export type TokenRole = (typeof TOKEN_ROLES)[number];

/** Lets a program or a page elsewhere in. Only the hash is kept; the token itself was shown once. */
export interface Token {
  readonly id: string;
  /** SHA-256, in hex. */
  readonly hash: string;
  readonly role: TokenRole;
  /** What it is for, in the operator's words. */
  readonly name: string;
  /** embed: the one page that may use it, and whether it may answer. */
  readonly origin: string | null;
  readonly may_answer: boolean;
  /** agent: the unit that it speaks for. */
  readonly unit: number | null;
  readonly added_at: Moment;
}

/** A browser that has signed in. It ends 30 days after it was last renewed. */
export interface Session {
  readonly id: string;
  /** SHA-256 of what the cookie holds, in hex. */
  readonly hash: string;
  readonly opened_at: Moment;
  readonly renewed_at: Moment;
}
