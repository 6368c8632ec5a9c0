import { createInterface } from 'node:readline/promises';
import { ProgramError } from '../output/program-error.ts';

/** Asks at the terminal. `without`: the command for those who have looked already, where nobody is there to ask. */
export async function isConfirmed(question: string, without: string): Promise<boolean> {
  if (!process.stdin.isTTY)
    throw new ProgramError('usage', `Nobody is at this terminal to say yes. If you have looked: ${without}`);
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  try {
    return /^y(es)?$/i.test((await terminal.question(`${question} [y/N] `)).trim());
  } finally {
    terminal.close();
  }
}
