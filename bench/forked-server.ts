/** A server in a process of its own, of a program of this folder that sends its port when it listens. */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { afterwards } from './cleanup.ts';

export interface ForkedServer {
  readonly port: number;
  readonly pid: number;
}

/** Rejects where the program ends before it listens. */
export async function forkedServer(program: string, ...args: readonly string[]): Promise<ForkedServer> {
  const child = fork(join(import.meta.dirname, program), args);
  const ended = once(child, 'exit');
  afterwards(async () => {
    child.kill('SIGKILL');
    await ended;
  });
  const unheard = ended.then(([code]) => {
    throw new Error(`${program} ended with ${code} before it listened.`);
  });
  // Later, when it has been heard, its end is no error.
  unheard.catch(() => {});
  const [port] = (await Promise.race([once(child, 'message'), unheard])) as [number];
  return { port, pid: child.pid ?? 0 };
}
