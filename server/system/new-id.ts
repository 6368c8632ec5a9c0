import { randomBytes } from 'node:crypto';

/** 128 random bits: unguessable and unique. */
export const newId = (): string => randomBytes(16).toString('hex');
