import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { BoardMessage, Card, Row } from '../../shared/board.ts';
import { parseJson } from '../../shared/json-text.ts';
import { type Daemon, overHttp, overSocket, untilSaid } from './daemon-client.ts';
import { secondsFrom } from './flags.ts';
import { followUntil } from './follow.ts';
import { oneLine, print, printJson, tell } from './output.ts';
import { ProgramError } from './program-error.ts';

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

/**
 * Asks, waits for as long as it takes, prints, and only then confirms. The key makes it one question however
 * often it is sent, so that the daemon may come and go meanwhile.
 */
export async function ask(socketPath: string, prompt: string | undefined, flags: AskFlags): Promise<void> {
  const asking = { ...askerOf(flags), questions: questionsOf(prompt, flags) };
  const { chunk, run } = asking;
  const seconds = secondsFrom('--timeout', flags.timeout);
  // A connection for each try: on one that stays, tries that nobody answers would pile up.
  const calls = overHttp(socketPath);
  const { made } = await untilSaid((signal) => calls.items.ask.mutate(asking as never, { signal }));
  const items = [...(made.items ?? [])];
  tell(items.length === 1 ? 'asked; waiting for an answer.' : `asked ${items.length} questions; waiting.`);
  const answers = await answersTo(socketPath, items, seconds);
  if (flags.json) await printJson(flags.questions === undefined ? answers[0] : answers);
  else for (const { options, text } of answers) await print([...options, text].filter(Boolean).join('\n'));
  for (const { item } of answers)
    await untilSaid((signal) => calls.items.confirm.mutate({ chunk, item, run }, { signal }));
}

/** Waits for all of them. */
async function answersTo(socketPath: string, items: readonly string[], seconds: number | null) {
  const { daemon, close } = overSocket(socketPath);
  try {
    return await Promise.all(items.map(async (item) => answerOf(await endOf(daemon, item, seconds))));
  } finally {
    await close();
  }
}

function answerOf({ id: item, state, answer, withdrawn_why }: Card) {
  if (state === 'withdrawn')
    throw new ProgramError('withdrawn', `The question was withdrawn: ${oneLine(withdrawn_why ?? '')}.`);
  return { item, options: answer?.options ?? [], text: answer?.text ?? '' };
}

function askerOf(flags: AskFlags) {
  const { SIGNALBOX_CHUNK, SIGNALBOX_RUN } = process.env;
  const chunk = flags.chunk ?? SIGNALBOX_CHUNK;
  if (!chunk) throw new ProgramError('usage', 'Say for which unit: --chunk NAME (inside a run it is known).');
  const own = SIGNALBOX_CHUNK === chunk && /^\d+$/.test(SIGNALBOX_RUN ?? '');
  return {
    key: flags.key ?? randomBytes(16).toString('hex'),
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

/** `id=label`, or an id that is its own label. The id is what the asker gets back, so none is made up. */
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

/** Follows the item until it is answered or withdrawn. A timeout says nothing in the operator's name. */
const endOf = (daemon: Daemon, item: string, seconds: number | null): Promise<Card> =>
  followUntil<{ data: BoardMessage }, Card>(
    (handlers) => daemon.board.follow.subscribe({ item }, handlers),
    ({ data: { snapshot, news } }) => (snapshot?.rows ?? news?.put ?? []).find(isEnded),
    {
      seconds,
      late: new ProgramError(
        'timeout',
        'No answer yet. The question stays open; ask again with the same words to wait on.',
      ),
    },
  );

const isEnded = (row: Row): row is Card =>
  row.row === 'item' && (row.state === 'answered' || row.state === 'withdrawn');
