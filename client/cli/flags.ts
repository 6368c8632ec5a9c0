import { Option } from 'commander';

export const jsonOption = (): Option => new Option('--json', 'print JSON');

/** For a flag that may be given more than once. */
export const collect = (value: string, all: readonly string[] = []): string[] => [...all, value];
