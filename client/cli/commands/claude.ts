import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { constants } from 'node:os';
import { callKey } from '../../intake/call-key.ts';
import { ClaudeStream, type Heard, type RefusedTool } from '../../intake/claude-stream.ts';
import { linesOf } from '../../intake/lines.ts';
import { daemonAddress } from '../context/daemon-address.ts';
import { complain, print } from '../output/terminal-output.ts';
import { askerFrom } from './ask.ts';
import { type RunNotes, runNotes } from './run-notes.ts';

/** A line of the stream may hold the whole result of a tool. */
const LINE_BYTES = 64 * 1024 * 1024;

/**
 * Runs Claude Code with these arguments, prints what it does as it does it, and tells the daemon what only Claude
 * Code knows: its session, and the tool calls that were refused without the operator. It ends with the same exit
 * code, and not before the daemon knows.
 */
export async function claude(socketPath: string): Promise<void> {
  const asker = askerFrom(undefined);
  const notes = runNotes(daemonAddress(socketPath), asker);
  const marker = process.env.SIGNALBOX_MARKER ?? '';
  const given = argumentsGiven();
  const first = await carriedOut(given, notes, marker);
  const anew = withoutResume(given);
  // Killed in its first seconds, it has kept no conversation. The prompt says all that has been answered.
  const isGone = first.code !== 0 && !first.hasBegun && anew !== null;
  if (isGone) await print('That conversation is gone: it begins anew.');
  const { code } = isGone ? await carriedOut(anew, notes, marker) : first;
  await notes.done();
  process.exit(code);
}

/** Runs it once, to its end. */
async function carriedOut(given: readonly string[], notes: RunNotes, marker: string) {
  const child = spawn('claude', ['-p', '--output-format', 'stream-json', '--verbose', ...given], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = endOf(child);
  for (const name of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.on(name, () => child.kill(name));
  const stream = new ClaudeStream();
  const note = ({ session, refused, usage }: Pick<Heard, 'session' | 'refused' | 'usage'>) => {
    if (session === undefined && refused.length === 0 && usage === undefined) return;
    void notes.add({
      ...(session && { session }),
      ...(usage && { usage }),
      refused: refused.map((call) => refusalOf(marker, call)),
    });
  };
  for await (const line of linesOf(child.stdout, LINE_BYTES)) {
    if (line === null) continue;
    const heard = stream.hear(line);
    note(heard);
    for (const each of heard.lines) await print(each);
  }
  const lost = stream.lost();
  if (lost) note({ refused: [lost] });
  return { code: await ended, hasBegun: stream.hasBegun };
}

/** The arguments without the conversation to go on with; null: they name none. */
function withoutResume(given: readonly string[]): readonly string[] | null {
  const end = given.indexOf('--');
  const at = given.indexOf('--resume');
  return at < 0 || (end >= 0 && at > end) ? null : [...given.slice(0, at), ...given.slice(at + 2)];
}

/** From argv, because commander would consume a `--`. */
const argumentsGiven = (): string[] => process.argv.slice(process.argv.indexOf('claude', 2) + 1);

/** The exit code, as a shell gives it. */
async function endOf(child: ChildProcess): Promise<number> {
  try {
    const [code, signal] = (await once(child, 'close')) as [number | null, NodeJS.Signals | null];
    return code ?? 128 + constants.signals[signal ?? 'SIGTERM'];
  } catch (error) {
    complain(`claude cannot be started: ${(error as Error).message}`);
    return 127;
  }
}

const refusalOf = (marker: string, { id, tool, subject }: RefusedTool) => ({
  key: callKey(marker, id),
  tool,
  subject,
});
