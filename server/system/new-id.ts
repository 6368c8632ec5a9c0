import { randomBytes } from 'node:crypto';

/** 128 random bits: an id that nobody guesses and no other daemon makes. */
export const newId = (): string => randomBytes(16).toString('hex');
