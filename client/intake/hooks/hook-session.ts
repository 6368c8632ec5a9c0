/** Takes what a hook was told to the daemon, and the operator's answer back. */
import { randomBytes } from 'node:crypto';
import type { Card } from '../../../shared/board.ts';
import type { Detail } from '../../../shared/detail.ts';
import type { AskerWait } from '../../../shared/item-words.ts';
import { type Daemon, isSaid, overHttp, untilSaid } from '../../daemon/daemon-client.ts';
import { type AskedQuestion, ask, type DaemonAddress, type Replies, Withdrawn } from '../ask.ts';
import { ExternalSession } from '../external-session.ts';
import { permissionFor, type ToolCall } from '../permission.ts';
import { sessionName, titleOf } from '../session-name.ts';
import { hostLives } from '../signed-units.ts';
import { cut } from '../tool-call.ts';
import type { HookAction, HookAgent, HookEvent, HookOutput } from './hook-agent.ts';

export interface HookCall {
  readonly connection: DaemonAddress;
  readonly agent: HookAgent;
  readonly event: HookEvent;
  /** The process of the agent. */
  readonly host: number;
  /** When the hook was called, in milliseconds. Hooks overtake each other: what was asked since is not settled by it. */
  readonly since: number;
  /** When that waiting ends at the latest; undefined: it takes as long as it takes. */
  readonly asker_waits: AskerWait | undefined;
  /** Ends the waiting for a person. */
  readonly over: AbortSignal;
}

/** How a hook ends. `sent`: what to do once that has been printed. */
export interface HookResult extends HookOutput {
  readonly sent?: () => Promise<void>;
}

/** What a call to the daemon may take that a person does not wait for. */
const SOON_MS = 5000;

const SILENT: HookResult = {};

/** Throws what the daemon refuses. */
export function takeEvent(call: HookCall): Promise<HookResult> {
  return new HookSession(call).take(call.event.what);
}

class HookSession {
  readonly #call: HookCall;
  readonly #session: ExternalSession;

  constructor(call: HookCall) {
    this.#call = call;
    const { connection, agent, event, host } = call;
    this.#session = new ExternalSession({
      connection,
      name: sessionName(agent.name, event.session),
      title: titleOf(agent.title, event.folder),
      agent: askedBy(agent),
      host,
      // Their dialogs go with the session.
      keepsQuestions: false,
      over: AbortSignal.timeout(SOON_MS),
    });
  }

  async take(what: HookAction): Promise<HookResult> {
    switch (what.kind) {
      case 'permission':
        return this.#permission(what.call);
      case 'idle':
        return this.#idle(what.words);
      case 'needs-terminal':
        return this.#told(`${this.#call.agent.title} asks at its terminal: ${what.words}`, []);
      case 'news':
        return this.#news(what.words);
      case 'call-made':
        return this.#settled(what.call);
      case 'spoken-to':
        return this.#settled(null);
      case 'session-ended':
        await this.#settled(null);
        await this.#session.end();
        return SILENT;
    }
  }

  async #permission(call: ToolCall): Promise<HookResult> {
    const { agent } = this.#call;
    const { questions, decide } = permissionFor({ ...call, agent: agent.name });
    const asked = agent.keepsRules ? questions : questions.map(withoutAlways);
    const answered = await this.#asked(asked);
    if (answered === null) return SILENT;
    return { stdout: agent.decided(decide(answered.replies), call), sent: answered.confirm };
  }

  async #idle(last: string): Promise<HookResult> {
    const { title, wake } = this.#call.agent;
    const context = last.trim() === '' ? [] : [{ label: 'Last words', text: cut(last) }];
    const prompt = `${title} has ended its turn and waits for you.`;
    if (wake === null) return this.#told(prompt, context);
    const answered = await this.#asked([{ prompt, context, options: DISMISS, kind: 'question' }]);
    if (answered === null) return SILENT;
    const words = answered.replies[0]?.text ?? '';
    return { ...(words !== '' && wake(words)), sent: answered.confirm };
  }

  /** Waits for the operator. null: it is no longer asked, here or there. */
  async #asked(questions: readonly AskedQuestion[]): Promise<Replies | null> {
    const { connection, host, over, asker_waits } = this.#call;
    const asker = await this.#session.asker();
    let items: readonly string[] = [];
    const onAsked = (asked: readonly string[]) => {
      items = asked;
    };
    try {
      return await ask({ connection, asker, questions, key: newKey(), asker_waits, over, onAsked });
    } catch (error) {
      if (error instanceof Withdrawn) return null;
      if (!over.aborted) throw error;
      for (const item of items) await this.#withdraw(asker.chunk, item);
      if (!hostLives({ host })) await this.#session.end();
      return null;
    }
  }

  /** Puts it into the queue, and does not wait: nothing could be done with the answer. */
  async #told(prompt: string, context: AskedQuestion['context']): Promise<HookResult> {
    await this.#settled(null);
    const asker = await this.#session.asker();
    const question = { prompt: cut(prompt, 2000), context: [...(context ?? [])], allows_text: false };
    const questions = [{ ...question, options: DISMISS.map((option) => ({ ...option })) }];
    await this.#say((calls, signal) =>
      calls.items.ask.mutate({ ...asker, key: newKey(), questions }, { signal }),
    );
    return SILENT;
  }

  async #news(words: string): Promise<HookResult> {
    const unit = await this.#session.current();
    if (unit?.live == null) return SILENT;
    const note = { chunk: unit.chunk, run: unit.live, said: words.slice(0, 2000) };
    await this.#say((calls, signal) => calls.runs.note.mutate(note, { signal }));
    return SILENT;
  }

  /**
   * What was asked about this call (null: about anything) has been decided at the terminal: it leaves the queue. An
   * answer that came too late counts as taken, or the same question asked later would find it.
   */
  async #settled(call: ToolCall | null): Promise<HookResult> {
    const unit = await this.#session.current();
    if (unit === null) return SILENT;
    const { chunk, items } = unit;
    const asked = call === null ? null : permissionFor(call).questions;
    const { rows } = await this.#say((calls, signal) => calls.board.now.query({ chunk }, { signal }));
    for (const row of rows)
      if (
        row.row === 'item' &&
        this.#isOurs(row) &&
        (asked === null || asked.some((one) => isSame(row, one)))
      )
        await this.#withdraw(chunk, row.id);
    for (const item of items)
      if (isOwed(item) && (asked === null || asked.some(({ prompt }) => prompt === item.prompt)))
        await this.#confirm(unit, item.id);
    return SILENT;
  }

  /** Others may ask for the same unit, as `signalbox mcp` does: their questions wait for their own answers. */
  #isOurs({ asked_by, asked_at, state }: Card): boolean {
    const isPending = state === 'open' || state === 'snoozed' || state === 'going-out';
    const { agent, since } = this.#call;
    return isPending && asked_by === askedBy(agent) && Date.parse(asked_at) < since;
  }

  async #withdraw(chunk: string, item: string): Promise<void> {
    const withdrawal = { chunk, item, why: 'settled at its terminal' };
    await this.#unlessOver((calls, signal) => calls.items.withdraw.mutate(withdrawal, { signal }));
  }

  async #confirm({ chunk, live }: Detail, item: string): Promise<void> {
    await this.#unlessOver((calls, signal) =>
      calls.items.confirm.mutate({ chunk, item, run: live }, { signal }),
    );
  }

  /** It may have been answered, or have ended otherwise, at the same moment. */
  async #unlessOver(send: Send<unknown>): Promise<void> {
    try {
      await this.#say(send);
    } catch (error) {
      if (!isSaid(error)) throw error;
    }
  }

  #say<T>(send: Send<T>): Promise<T> {
    const { socketPath, caller } = this.#call.connection;
    return untilSaid((signal) => send(overHttp(socketPath, caller), signal), {
      over: AbortSignal.timeout(SOON_MS),
    });
  }
}

type Send<T> = (calls: Daemon, signal: AbortSignal) => Promise<T>;

const askedBy = ({ title }: HookAgent): string => `${title} at its terminal`;

const DISMISS = [{ id: 'dismiss', label: 'Dismiss', description: 'It is told nothing.' }];

/** Each request is a question of its own: the same command may be asked about again. */
const newKey = (): string => randomBytes(16).toString('hex');

const withoutAlways = (question: AskedQuestion): AskedQuestion => ({
  ...question,
  options: (question.options ?? []).filter(({ id }) => id !== 'always'),
});

/** The folder is not compared: a command may have left it. */
function isSame(card: Card, { prompt, context = [] }: AskedQuestion): boolean {
  const shown = (all: Card['context']) =>
    JSON.stringify(all.filter(({ label }) => label !== 'Folder').map(({ label, text }) => [label, text]));
  return card.prompt === prompt && shown(card.context) === shown(context);
}

const isOwed = ({ kind, delivery }: Detail['items'][number]): boolean =>
  kind === 'decision' && (delivery === 'undelivered' || delivery === 'given');
