/** `signalbox ask`: asks the operator one or more questions, waits, and prints the answers. */
import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { parseJson } from '../../../shared/json-text.ts';
import { isSaid } from '../../daemon/daemon-client.ts';
import {
  type Asked,
  ask as askOperator,
  type OnBehalfOf,
  type Replies,
  Withdrawn,
  waitFor,
} from '../../intake/ask.ts';
import { daemonAddress } from '../context/daemon-address.ts';
import { ProgramError } from '../output/program-error.ts';
import { oneLine, print, printJson, tell } from '../output/terminal-output.ts';
import { secondsFrom } from './flags.ts';

export interface AskFlags {
  readonly chunk?: string;
  readonly option: readonly string[];
  readonly context: readonly string[];
  readonly multiple?: boolean;
  readonly text: boolean;
  readonly key?: string;
  /** A file with several questions. */
  readonly questions?: string;
  readonly timeout?: string;
  readonly json?: boolean;
}

/** Asks, waits for the answer, prints it, and only then confirms: an answer that was not printed is delivered again. */
export async function ask(socketPath: string, prompt: string | undefined, flags: AskFlags): Promise<void> {
  const seconds = secondsFrom('--timeout', flags.timeout);
  const over = seconds === null ? null : AbortSignal.timeout(seconds * 1000);
  const { replies, confirm } = await answersTo({
    connection: daemonAddress(socketPath),
    asker: askerFrom(flags.chunk),
    questions: questionsOf(prompt, flags),
    key: flags.key ?? randomBytes(16).toString('hex'),
    ...(seconds !== null && { asker_waits: waitFor(seconds * 1000, 'here') }),
    over,
    onAsked: ({ length }) =>
      tell(length === 1 ? 'asked; waiting for an answer.' : `asked ${length} questions; waiting.`),
  });
  if (flags.json) await printJson(flags.questions === undefined ? replies[0] : replies);
  else for (const { options, text } of replies) await print([...options, text].filter(Boolean).join('\n'));
  await confirm();
}

/** Turns a withdrawn question and a timeout into errors with their exit codes. */
async function answersTo(asked: Asked): Promise<Replies> {
  try {
    return await askOperator(asked);
  } catch (error) {
    if (error instanceof Withdrawn) throw new ProgramError('withdrawn', oneLine(error.message));
    if (!asked.over?.aborted || isSaid(error)) throw error;
    throw new ProgramError(
      'timeout',
      'No answer yet. The question stays open; ask again with the same words to wait on.',
    );
  }
}

/** The unit and run that ask: inside a run, that run, unless another unit is named. */
export function askerFrom(named: string | undefined): OnBehalfOf {
  const { SIGNALBOX_CHUNK, SIGNALBOX_RUN } = process.env;
  const chunk = named ?? SIGNALBOX_CHUNK;
  if (!chunk) throw new ProgramError('usage', 'Say for which unit: --chunk NAME (inside a run it is known).');
  const own = SIGNALBOX_CHUNK === chunk && /^\d+$/.test(SIGNALBOX_RUN ?? '');
  return {
    chunk,
    run: own ? Number(SIGNALBOX_RUN) : null,
    asked_by: own ? 'the agent' : 'somebody at a terminal',
  };
}

function questionsOf(prompt: string | undefined, flags: AskFlags): unknown[] {
  if (flags.questions !== undefined) return readList(flags.questions);
  if (prompt === undefined)
    throw new ProgramError('usage', 'Say what you want to know, or give --questions FILE.');
  const context = flags.context.map(contextOf);
  const options = flags.option.map(optionOf);
  return [{ prompt, context, options, multiple: flags.multiple ?? false, allows_text: flags.text }];
}

function readList(path: string): unknown[] {
  try {
    const list: unknown = parseJson(readFileSync(path === '-' ? 0 : path, 'utf8'));
    if (Array.isArray(list)) return list;
  } catch (error) {
    throw new ProgramError('usage', `${path} cannot be read as JSON: ${(error as Error).message}`);
  }
  throw new ProgramError('usage', `${path} needs a JSON list of questions.`);
}

const OPTION_ID = /^[A-Za-z0-9._-]{1,64}$/;

/** `id=label`, or an id that is its own label. The id is printed as the answer, so an empty one is refused. */
function optionOf(text: string) {
  const at = text.indexOf('=');
  const [id, label] = at < 0 ? [text, text] : [text.slice(0, at), text.slice(at + 1)];
  if (OPTION_ID.test(id) && label !== '') return { id, label };
  throw new ProgramError(
    'usage',
    `--option takes id=label, with an id of 1 to 64 characters of A–Z, a–z, 0–9 and ._-, not "${text}". As in --option yes="${at < 0 ? text : label || 'Yes'}".`,
  );
}

function contextOf(text: string) {
  const at = text.indexOf('=');
  return at > 0 ? { label: text.slice(0, at), text: text.slice(at + 1) } : { label: 'Context', text };
}
