import { randomBytes } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import type { Card } from '../../shared/board.ts';
import { type Daemon, isSaid, overSocket } from './daemon-client.ts';
import { print, printJson, tell } from './output.ts';
import { ProgramError } from './program-error.ts';

export interface AskFlags {
  readonly chunk?: string;
  readonly option: readonly string[];
  readonly context: readonly string[];
  readonly multiple?: boolean;
  readonly text: boolean;
  readonly key?: string;
  readonly timeout?: string;
  readonly json?: boolean;
}

/**
 * Asks, waits for as long as it takes, prints, and only then confirms. The key makes it one question however
 * often it is sent, so that the daemon may come and go meanwhile.
 */
export async function ask(socketPath: string, prompt: string, flags: AskFlags): Promise<void> {
  const question = questionOf(prompt, flags);
  const { chunk, run } = question;
  const { daemon, close } = overSocket(socketPath);
  try {
    const asked = await untilSaid((signal) => daemon.items.ask.mutate(question, { signal }));
    const item = asked.made.item ?? question.key;
    tell('asked; waiting for an answer.');
    const card = await endOf(daemon, item, secondsOf(flags.timeout));
    if (card.state === 'withdrawn')
      throw new ProgramError('withdrawn', `The question was withdrawn: ${card.withdrawn_why}.`);
    const { options, text } = card.answer ?? { options: [], text: '' };
    if (flags.json) await printJson({ item, options, text });
    else await print([...options, text].filter((part) => part !== '').join('\n'));
    await untilSaid((signal) => daemon.items.confirm.mutate({ chunk, item, run }, { signal }));
  } finally {
    await close();
  }
}

function questionOf(prompt: string, flags: AskFlags) {
  const { SIGNALBOX_CHUNK, SIGNALBOX_RUN } = process.env;
  const chunk = flags.chunk ?? SIGNALBOX_CHUNK;
  if (!chunk) throw new ProgramError('usage', 'Say for which unit: --chunk NAME (inside a run it is known).');
  const own = SIGNALBOX_CHUNK === chunk && /^\d+$/.test(SIGNALBOX_RUN ?? '');
  return {
    key: flags.key ?? randomBytes(16).toString('hex'),
    chunk,
    run: own ? Number(SIGNALBOX_RUN) : null,
    asked_by: own ? 'the agent' : 'somebody at a terminal',
    prompt,
    context: flags.context.map(contextOf),
    options: flags.option.map(optionOf),
    multiple: flags.multiple ?? false,
    allows_text: flags.text,
  };
}

/** `id=label`, or a label from which the id is made. */
function optionOf(text: string) {
  const [, id, label] = /^([A-Za-z0-9._-]{1,64})=(.+)$/s.exec(text) ?? [];
  if (id && label) return { id, label };
  const made = text
    .toLowerCase()
    .replace(/[^a-z0-9._-]+/g, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, 64);
  if (made === '') throw new ProgramError('usage', `Give the option "${text}" an id: --option id="${text}"`);
  return { id: made, label: text };
}

function contextOf(text: string) {
  const at = text.indexOf('=');
  return at > 0 ? { label: text.slice(0, at), text: text.slice(at + 1) } : { label: 'Context', text };
}

function secondsOf(text: string | undefined): number | null {
  if (text === undefined) return null;
  if (!/^\d{1,7}$/.test(text))
    throw new ProgramError('usage', `--timeout takes whole seconds, not "${text}".`);
  return Number(text);
}

const TRY_MS = 5000;

/** Sends until the daemon has said yes or no; everything else may be a daemon that is just restarting. */
async function untilSaid<T>(send: (signal: AbortSignal) => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await send(AbortSignal.timeout(TRY_MS));
    } catch (error) {
      if (isSaid(error) && error.data?.code !== 'SERVICE_UNAVAILABLE') throw error;
      await pause(100 + Math.random() * 200);
    }
  }
}

/** Follows the item until it is answered or withdrawn. A timeout says nothing in the operator's name. */
function endOf(daemon: Daemon, item: string, seconds: number | null): Promise<Card> {
  return new Promise((resolve, reject) => {
    const late = new ProgramError(
      'timeout',
      'No answer yet. The question stays open; ask again with the same words to wait on.',
    );
    const timer = seconds === null ? null : setTimeout(() => end(() => reject(late)), seconds * 1000);
    const end = (tell: () => void) => {
      if (timer) clearTimeout(timer);
      subscription.unsubscribe();
      tell();
    };
    const subscription = daemon.board.follow.subscribe(
      { item },
      {
        onData: ({ data }) => {
          for (const row of data.snapshot?.rows ?? data.news?.put ?? [])
            if (row.row === 'item' && (row.state === 'answered' || row.state === 'withdrawn'))
              end(() => resolve(row));
        },
        onError: (error) => end(() => reject(error)),
      },
    );
  });
}
