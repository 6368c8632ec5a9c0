import { randomBytes } from 'node:crypto';
import { ask } from '../../intake/ask.ts';
import { serveCalls } from '../../intake/json-rpc.ts';
import { mcpMethods } from '../../intake/mcp.ts';
import { daemonAddress } from '../context/daemon-address.ts';
import { ProgramError } from '../output/program-error.ts';
import { askerFrom } from './ask.ts';
import { runNotes } from './run-notes.ts';

/** Speaks the Model Context Protocol over standard input and output, until the input ends. */
export async function mcp(socketPath: string, chunk: string | undefined): Promise<void> {
  const asker = askerFrom(chunk);
  const connection = daemonAddress(socketPath);
  const notes = runNotes(connection, asker);
  const methods = mcpMethods({
    marker: process.env.SIGNALBOX_MARKER || randomBytes(16).toString('hex'),
    folder: process.cwd(),
    version: '0',
    ask: (questions, key, over) => ask({ connection, asker, questions, key, over }),
    refused: (refusal) => notes.add({ refused: [refusal] }),
  });
  try {
    await serveCalls(process.stdin, process.stdout, methods);
  } catch (error) {
    throw new ProgramError('data', `${(error as Error).message}`);
  }
  // An open connection would keep this process alive after its client has gone.
  process.exit();
}
