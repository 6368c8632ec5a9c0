import { basename } from 'node:path';

/** A chunk made of words from outside, such as the name of a program and a folder. */
export function chunkOf(...words: readonly string[]): string {
  const parts = words.map((word) =>
    word
      .toLowerCase()
      .replace(/[^a-z0-9]+/g, '-')
      .slice(0, LONGEST_PART)
      .replace(/^-+|-+$/g, ''),
  );
  return parts.filter((part) => part !== '').join('-') || 'session';
}

const LONGEST_PART = 24;

/** "Claude Code in signalbox" */
export const titleOf = (agent: string, folder: string): string =>
  `${agent} in ${basename(folder) || folder}`.replace(/\s+/g, ' ').slice(0, 200);

/** The unit of a session to which its agent gives a name: `claude-1f3c9a2b`. */
export const sessionName = (agent: string, session: string): string =>
  chunkOf(agent, session.slice(0, SHORT) || 'session');

const SHORT = 8;
