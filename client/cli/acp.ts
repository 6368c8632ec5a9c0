import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { dirname, join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { type AcpAgent, acpAgent, acpAgentBy } from '../../shared/acp-agents.ts';
import { isSaid, overHttp, untilSaid } from '../daemon/daemon-client.ts';
import { AgentFailure, type FailureKind } from '../intake/acp/agent-failure.ts';
import { type DriveParts, drive } from '../intake/acp/drive.ts';
import { messagesTo, wordsToGoOn } from '../intake/acp/operator-words.ts';
import { RawLog } from '../intake/acp/raw-log.ts';
import { foldedText } from '../intake/acp/transcript.ts';
import { ask, type DaemonAddress } from '../intake/ask.ts';
import { linesOf } from '../intake/lines.ts';
import { askerFrom } from './ask.ts';
import { connectionTo } from './connection.ts';
import { noter } from './notes.ts';
import { tell, write } from './output.ts';
import { type EXIT, ProgramError } from './program-error.ts';

export interface AcpFlags {
  /** Which known agent it is, where its program does not say so. */
  readonly like?: string;
  readonly mode?: string;
  readonly model?: string;
  readonly prompt?: string;
  readonly session?: string;
}

/** How long an agent may take to end by itself once it has nothing to do. */
const GRACE_MS = 1000;

/**
 * Leads an agent that speaks the Agent Client Protocol through the phase of this run. Ends well only when the agent
 * has done its work, and never without the agent.
 */
export async function acp(socketPath: string, command: readonly string[], flags: AcpFlags): Promise<void> {
  const run = runFrom(process.env);
  const known = acpAgent(flags.like ?? acpAgentBy(command));
  const child = await started(command, known);
  for (const name of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const)
    process.on(name, () => {
      // The wrapper then ends everybody that is left at once: an agent must not go on without us.
      child.kill('SIGKILL');
      process.exit(143);
    });
  const log = run.folder === null ? null : new RawLog(join(run.folder, 'acp.jsonl'), run.secret);
  const complaints = new Complaints(child, log);
  const connection = connectionTo(socketPath);
  const notes = noter(connection, run.asker);
  const news = run.answers === null ? () => [] : messagesTo(run.answers, run.number);
  const parts: DriveParts = {
    ...streamsOf(child),
    ...operatorFor(connection, run),
    known,
    folder: process.cwd(),
    mcpServers: [mcpServer(process.env)],
    mode: flags.mode ?? null,
    model: flags.model ?? null,
    session: flags.session ?? null,
    prompt: flags.prompt ?? '',
    goOn: () => (run.answers === null ? null : wordsToGoOn(run.answers, run.phase)),
    news,
    refused: (refusal) => void notes.add({ refused: [refusal] }),
    opened: (session) => {
      if (SESSION.test(session)) void notes.add({ session });
    },
    write,
    seen: log?.add ?? (() => {}),
  };
  const failure = await drive(parts).then(() => null, failureOf);
  await ended(child);
  log?.close();
  await notes.done();
  if (failure) {
    complaints.tell();
    throw failure;
  }
  if (news().length > 0)
    throw new ProgramError('failed', 'You said something after the agent had ended: the next run is told.');
  process.exit(0);
}

/** What a run may call its session. */
const SESSION = /^[A-Za-z0-9][A-Za-z0-9._:-]{0,127}$/;

function runFrom(env: NodeJS.ProcessEnv) {
  const asker = askerFrom(undefined);
  if (asker.run === null)
    throw new ProgramError(
      'usage',
      'signalbox acp works inside a run: give it as the command of a unit or an agent.',
    );
  const answers = env.SIGNALBOX_ANSWERS || null;
  return {
    asker: { ...asker, run: asker.run },
    number: asker.run,
    phase: env.SIGNALBOX_PHASE ?? '',
    marker: env.SIGNALBOX_MARKER ?? '',
    secret: env.SIGNALBOX_CREDENTIAL ?? '',
    answers,
    folder: answers === null ? null : dirname(answers),
  };
}

async function started(command: readonly string[], known: AcpAgent): Promise<ChildProcess> {
  const [program = '', ...args] = command;
  // In the group of the wrapper, which ends it whole.
  const child = spawn(program, args, {
    stdio: 'pipe',
    env: { ...known.settings, ...process.env },
  });
  try {
    await once(child, 'spawn');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const how =
      code === 'ENOENT' && known.package !== '' ? ` Install it: npm install --global ${known.package}` : '';
    throw new ProgramError('config', `${program} cannot be started (${code}).${how}`);
  }
  child.on('error', () => {});
  return child;
}

function streamsOf({ stdin, stdout }: ChildProcess): Pick<DriveParts, 'input' | 'output'> {
  if (!stdin || !stdout) throw new Error('The agent has no standard input or output.');
  return { input: stdout, output: stdin };
}

const COMPLAINTS = 10;
const COMPLAINT_BYTES = 64 * 1024;

/** What the agent says on standard error: much of it, and of use only where it fails. */
class Complaints {
  readonly #last: string[] = [];

  constructor({ stderr }: ChildProcess, log: RawLog | null) {
    if (stderr) void this.#listen(stderr, log).catch(() => {});
  }

  async #listen(stderr: AsyncIterable<Buffer>, log: RawLog | null): Promise<void> {
    for await (const line of linesOf(stderr, COMPLAINT_BYTES)) {
      if (line === null) continue;
      log?.add('stderr', line, false);
      this.#last.push(line);
      if (this.#last.length > COMPLAINTS) this.#last.shift();
    }
  }

  tell(): void {
    if (this.#last.length > 0)
      write(`On standard error:\n${foldedText(this.#last.join('\n'), COMPLAINTS)}\n`);
  }
}

type Run = ReturnType<typeof runFrom>;

function operatorFor(
  connection: DaemonAddress,
  { asker, marker }: Run,
): Pick<DriveParts, 'marker' | 'ask' | 'withdraw'> {
  const { socketPath, caller, onSilence } = connection;
  const calls = overHttp(socketPath, caller);
  const withdraw = async (item: string) => {
    const input = { chunk: asker.chunk, item };
    try {
      await untilSaid((signal) => calls.items.withdraw.mutate(input, { signal }), { onSilence });
    } catch (error) {
      // It has been answered, or has ended otherwise.
      if (!isSaid(error)) throw error;
    }
  };
  return {
    marker,
    ask: (questions, key, over, onAsked) => ask({ connection, asker, questions, key, over, onAsked }),
    withdraw: async (items) => {
      for (const item of items) await withdraw(item);
    },
  };
}

/** This very program, by which the agent asks in words. Some agents hand on nothing of their own environment. */
function mcpServer(env: NodeJS.ProcessEnv) {
  const own = Object.entries(env).filter(
    ([name]) => name.startsWith('SIGNALBOX_') || name === 'PATH' || name === 'HOME',
  );
  return {
    name: 'signalbox',
    command: process.execPath,
    args: [process.argv[1] ?? '', 'mcp'],
    env: own.map(([name, value]) => ({ name, value: value ?? '' })),
  };
}

/** The agent is asked to end; the wrapper ends what stays. */
async function ended(child: ChildProcess): Promise<void> {
  child.stdin?.end();
  if (child.exitCode !== null || child.signalCode !== null) return;
  await Promise.race([once(child, 'exit'), pause(GRACE_MS)]);
  child.kill('SIGKILL');
}

const CODES: Readonly<Record<FailureKind, keyof typeof EXIT>> = {
  stopped: 'refused',
  protocol: 'data',
  gone: 'failed',
  login: 'config',
  configuration: 'config',
};

function failureOf(error: unknown): ProgramError {
  if (error instanceof AgentFailure) return new ProgramError(CODES[error.kind], error.message);
  tell(error instanceof Error ? (error.stack ?? error.message) : String(error));
  return new ProgramError('failed', 'The agent could not be led to its end.');
}
