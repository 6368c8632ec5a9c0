/** `signalbox mcp`: lets an agent that speaks MCP ask the operator. */
import { randomBytes } from 'node:crypto';
import { basename } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { isListening } from '../../daemon/is-listening.ts';
import { ask, type DaemonAddress, type OnBehalfOf } from '../../intake/ask.ts';
import { ExternalSession } from '../../intake/external-session.ts';
import { serveCalls } from '../../intake/json-rpc.ts';
import { type Client, mcpMethods } from '../../intake/mcp.ts';
import { OwnUnit } from '../../intake/own-unit.ts';
import { chunkOf, sessionName, titleOf } from '../../intake/session-name.ts';
import { daemonAddress } from '../context/daemon-address.ts';
import { ProgramError } from '../output/program-error.ts';
import { askerFrom } from './ask.ts';
import { secondsFrom } from './flags.ts';
import { runNotes } from './run-notes.ts';

export interface McpFlags {
  readonly chunk?: string;
  readonly wait?: string;
}

/** How long the end of a session may take to be reported. */
const END_MS = 3000;

/** Speaks the Model Context Protocol over standard input and output, until the input ends. */
export async function mcp(socketPath: string, { chunk, wait }: McpFlags): Promise<void> {
  const connection = daemonAddress(socketPath);
  const seconds = secondsFrom('--wait', wait);
  const speaker = chunk || process.env.SIGNALBOX_CHUNK ? named(connection, chunk) : session(connection);
  const methods = mcpMethods({
    marker: process.env.SIGNALBOX_MARKER || randomBytes(16).toString('hex'),
    folder: process.cwd(),
    version: '0',
    patience: seconds === null ? undefined : seconds * 1000,
    ask: async (questions, key, over, asker_waits) =>
      ask({ connection, asker: await speaker.asker(), questions, key, over, asker_waits }),
    refused: speaker.refused,
    unit: new OwnUnit(connection, speaker.asker),
    met: speaker.met,
  });
  try {
    await serveCalls(process.stdin, process.stdout, methods, untilEnded());
  } catch (error) {
    throw new ProgramError('data', `${(error as Error).message}`);
  } finally {
    await Promise.race([speaker.end(), pause(END_MS)]);
  }
  // An open connection would keep this process alive after its client has gone.
  process.exit();
}

/** Aborted by those who end us: what was answered just now has to be known to the daemon first. */
function untilEnded(): AbortSignal {
  const over = new AbortController();
  for (const name of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.on(name, () => over.abort());
  return over.signal;
}

/** For whom an agent asks, and what is to be done about it. */
interface Speaker {
  asker(): Promise<OnBehalfOf>;
  refused(refusal: { readonly key: string; readonly tool: string; readonly subject: string }): Promise<void>;
  met(client: Client): void;
  end(): Promise<void>;
}

/** For the unit whose run this is, or that is named. */
function named(connection: DaemonAddress, chunk: string | undefined): Speaker {
  const asker = askerFrom(chunk);
  const notes = runNotes(connection, asker);
  return {
    asker: async () => asker,
    refused: (refusal) => notes.add({ refused: [refusal] }),
    met: () => {},
    end: async () => {},
  };
}

/** For a person who has started the agent by hand: its session is a unit once it needs them. */
function session(connection: DaemonAddress): Speaker {
  let client: Client = { name: '', title: '' };
  let found: ExternalSession | null = null;
  const open = () => {
    const folder = process.cwd();
    const agent = client.title || 'an agent';
    // Claude Code says which session it is: its hooks speak for the same unit.
    const { CLAUDE_CODE_SESSION_ID: own } = process.env;
    const name = own ? sessionName('claude', own) : chunkOf(client.name || 'agent', basename(folder));
    const title = titleOf(agent, folder);
    return new ExternalSession({ connection, name, title, agent, host: process.ppid, keepsQuestions: true });
  };
  return {
    asker: async () => {
      if (!(await isListening(connection.socketPath)))
        throw new ProgramError(
          'absent',
          'No Signalbox runs for this folder. Have the person start it (signalbox start), then call again.',
        );
      found ??= open();
      return found.asker();
    },
    // The agent is told; what becomes of it is seen by the person who has started it.
    refused: async () => {},
    met: (said) => {
      client = said;
    },
    end: async () => {
      await found?.end().catch(() => {});
    },
  };
}
