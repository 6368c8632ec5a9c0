/** `signalbox acp`: runs an agent that speaks ACP, and brings its questions to the operator. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { dirname, join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { type AcpAgent, acpAgent, acpAgentBy } from '../../../shared/acp-agents.ts';
import { isSaid, overHttp, untilSaid } from '../../daemon/daemon-client.ts';
import { AgentFailure, type FailureKind } from '../../intake/acp/agent-failure.ts';
import { type DriveParts, drive } from '../../intake/acp/drive.ts';
import { messagesTo, wordsToGoOn } from '../../intake/acp/operator-words.ts';
import { RawLog } from '../../intake/acp/raw-log.ts';
import { foldedText } from '../../intake/acp/transcript.ts';
import { ask, type DaemonAddress, type OnBehalfOf, repliesTo, Withdrawn } from '../../intake/ask.ts';
import { linesOf } from '../../intake/lines.ts';
import { daemonAddress } from '../context/daemon-address.ts';
import { type EXIT, ProgramError } from '../output/program-error.ts';
import { complain, write } from '../output/terminal-output.ts';
import { askerFrom } from './ask.ts';
import { runNotes } from './run-notes.ts';

export interface AcpFlags {
  /** Which known agent it is, if the name of its program does not show it. */
  readonly like?: string;
  readonly mode?: string;
  readonly model?: string;
  /** As the unit chooses; else what the settings say. */
  readonly unitMode?: string;
  readonly unitModel?: string;
  /** Modes in which nobody is asked, and that the unit may choose. */
  readonly freeMode?: readonly string[];
  readonly prompt?: string;
  readonly session?: string;
}

/** How long an idle agent may take to exit before it is killed: some write their session only now. */
const GRACE_MS = 5000;

/**
 * Drives an agent that speaks the Agent Client Protocol through the phase of this run. Succeeds only when the agent
 * has finished its work, and never leaves the agent running.
 */
export async function acp(socketPath: string, command: readonly string[], flags: AcpFlags): Promise<void> {
  const run = runFrom(process.env);
  const known = acpAgent(flags.like ?? acpAgentBy(command));
  const child = await started(command, known);
  for (const name of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const)
    process.on(name, () => {
      // An agent must not go on without us; the wrapper kills the rest of its process group.
      child.kill('SIGKILL');
      process.exit(143);
    });
  const log = run.folder === null ? null : new RawLog(join(run.folder, 'acp.jsonl'), run.secret);
  const complaints = new Complaints(child, log);
  const connection = daemonAddress(socketPath);
  const notes = runNotes(connection, run.asker);
  const news = run.answers === null ? () => [] : messagesTo(run.answers, run.number);
  const parts: DriveParts = {
    ...streamsOf(child),
    ...operatorFor(connection, run),
    known,
    folder: process.cwd(),
    mcpServers: [mcpServer(process.env)],
    mode: flags.unitMode ?? flags.mode ?? null,
    model: flags.unitModel ?? flags.model ?? null,
    // What the settings themselves say is the operator's word.
    freeModes: [...(flags.mode === undefined ? [] : [flags.mode]), ...(flags.freeMode ?? [])],
    session: flags.session ?? null,
    prompt: flags.prompt ?? '',
    goOn: () => (run.answers === null ? null : wordsToGoOn(run.answers, run.phase)),
    news,
    refused: (refusal) => void notes.add({ refused: [refusal] }),
    opened: (session) => {
      if (SESSION.test(session)) void notes.add({ session });
    },
    used: (usage) => void notes.add({ usage }),
    mayGoOn: async () => {
      // What the last turn has cost counts.
      await notes.sent();
      return mayGoOn(connection, run.asker);
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

/** Session names that the daemon accepts. */
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
  // In the wrapper's process group, so that the wrapper can kill all of it.
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

/** The agent's standard error, which can be long; its last lines are printed only if the agent fails. */
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
      // The item was answered or withdrawn in the meantime.
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

/** Asks the daemon, and waits for the operator where the budget is spent. */
async function mayGoOn(connection: DaemonAddress, { chunk, run }: OnBehalfOf): Promise<boolean> {
  const { socketPath, caller, onSilence } = connection;
  const turn = { chunk, run: run ?? 0 };
  const calls = overHttp(socketPath, caller);
  const { result } = await untilSaid((signal) => calls.runs.turn.mutate(turn, { signal }), { onSilence });
  if (result.item === null) return true;
  try {
    const [reply] = await repliesTo(connection, [result.item], null);
    return reply?.options.includes('more') ?? false;
  } catch (error) {
    if (error instanceof Withdrawn) return false;
    throw error;
  }
}

/** `signalbox mcp`, with which the agent asks questions. The environment is listed because some agents pass none on. */
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

/** Closes the agent's input and kills it if it does not exit; the wrapper kills its children. */
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
  complain(error instanceof Error ? (error.stack ?? error.message) : String(error));
  return new ProgramError('failed', 'The agent could not be driven to its end.');
}
