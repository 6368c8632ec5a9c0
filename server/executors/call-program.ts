/** Runs a program of an engine to its end. Nothing of it is trusted to end by itself, or to print little. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';

const CALL_MS = 30_000;

interface Call {
  readonly input?: string;
  readonly env?: NodeJS.ProcessEnv;
  /** Ends it. */
  readonly signal: AbortSignal;
}

/** Returns what it prints. Rejects with what it complains of last. */
export async function callProgram(
  program: string,
  args: readonly string[],
  { input = '', env = process.env, signal }: Call,
): Promise<string> {
  let failed: Error | null = null;
  const child = spawn(program, args, { signal, env }).on('error', (error) => {
    failed = error;
  });
  const timer = setTimeout(() => child.kill('SIGKILL'), CALL_MS);
  child.stdin.on('error', () => {});
  child.stdin.end(input);
  try {
    const ended = once(child, 'close').catch(() => {});
    const [out, err] = await Promise.all([text(child.stdout), text(child.stderr), ended]);
    if (child.exitCode === 0) return out;
    if (failed !== null) throw failed;
    throw new Error(lastLineOf(err) || `${program} ended with ${child.exitCode ?? child.signalCode}`);
  } finally {
    clearTimeout(timer);
  }
}

export const lastLineOf = (said: string): string => said.trim().split('\n').at(-1)?.slice(0, 500) ?? '';
