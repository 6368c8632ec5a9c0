import { Option } from 'commander';
import { ProgramError } from '../output/program-error.ts';

export const jsonOption = (): Option => new Option('--json', 'print JSON');

/** Parser of a flag that may be repeated. */
export const collect = (value: string, all: readonly string[] = []): string[] => [...all, value];

/** A duration in whole seconds; null: not given. The limit keeps it below the 24 days that a timer can count. */
export function secondsFrom(flag: string, text: string | undefined): number | null {
  if (text === undefined) return null;
  if (!/^\d{1,7}$/.test(text) || Number(text) > LONGEST_S)
    throw new ProgramError('usage', `${flag} takes whole seconds up to ${LONGEST_S}, not "${text}".`);
  return Number(text);
}

const LONGEST_S = 2_000_000;

/** A whole number from 0. */
export function wholeFrom(flag: string, text: string): number {
  if (!/^\d{1,15}$/.test(text))
    throw new ProgramError('usage', `${flag} takes a whole number, not "${text}".`);
  return Number(text);
}
