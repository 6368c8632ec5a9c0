import { randomBytes } from 'node:crypto';
import { digestOf } from '../system/digest.ts';

/** 256 bits, in 43 characters of A–Z, a–z, 0–9, "-" and "_". */
export const newSecret = (): string => randomBytes(32).toString('base64url');

/** The stored form of a secret: SHA-256, in hex. */
export const hashOf = (secret: string): string => digestOf(secret);
