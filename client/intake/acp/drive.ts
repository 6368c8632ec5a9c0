/** Leads an agent through one phase: hello, session, prompt, and whatever it asks, until there is nothing left to do. */
import type { Writable } from 'node:stream';
import { isFreeMode } from '../../../shared/free-modes.ts';
import type { Usage } from '../../../shared/usage-words.ts';
import { callKey } from '../call-key.ts';
import { isObject } from '../json-rpc.ts';
import { AgentFailure } from './agent-failure.ts';
import { headOf, isAskHuman } from './call-context.ts';
import { Conversation } from './conversation.ts';
import { isOwnRefusal } from './own-refusal.ts';
import { Gone, type Params, Peer } from './peer.ts';
import { type RequestParts, Requests } from './requests.ts';
import { type AgentSession, explained, openSession, type Wanted } from './session.ts';
import { lineOf, type ReportedCall, ToolCalls } from './tool-calls.ts';
import { foldedText, Transcript } from './transcript.ts';
import { UsageCount } from './usage-count.ts';

export interface DriveParts extends Wanted, Pick<RequestParts, 'marker' | 'ask' | 'withdraw' | 'refused'> {
  readonly input: AsyncIterable<Buffer>;
  readonly output: Writable;
  readonly prompt: string;
  /** What to say to a session that knows the prompt; null: the prompt again. */
  readonly goOn: () => string | null;
  /** What the operator has said to this run since the last call. */
  readonly news: () => readonly string[];
  /** The agent's own name for the session. */
  readonly opened: (session: string) => void;
  /** What the run has used so far, and its session has cost; called at the end of each turn, and now and then within one. */
  readonly used: (usage: Usage) => void;
  /** Whether another turn may begin. */
  readonly mayGoOn: () => Promise<boolean>;
  readonly write: (text: string) => void;
  readonly seen: (from: 'agent' | 'us', line: string, isMessage: boolean) => void;
}

const LOOK_MS = 300;
const NOISE_LINES = 3;
/** Between two reports within a turn: each is an event of the log. */
const USED_MS = 30_000;

/** Throws `AgentFailure`: the phase has not ended well. */
export async function drive(parts: DriveParts): Promise<void> {
  const driver = new Driver(parts);
  try {
    await driver.carryOut();
  } catch (error) {
    if (error instanceof Gone) throw new AgentFailure('gone', error.message);
    throw error;
  } finally {
    await driver.settled();
    driver.leave();
  }
}

class Driver {
  readonly #parts: DriveParts;
  readonly #calls = new ToolCalls();
  readonly #transcript: Transcript;
  readonly #requests: Requests;
  readonly #peer: Peer;
  readonly #usage = new UsageCount();
  #reportedAt = Date.now();
  #conversation: Conversation | null = null;
  #session: AgentSession | null = null;
  /** Our own tool failed, and was not called again since. */
  #lost: ReportedCall | null = null;

  constructor(parts: DriveParts) {
    this.#parts = parts;
    const { known, folder } = parts;
    const place = { folder, titleIsCommand: known.titleIsCommand };
    this.#transcript = new Transcript(parts.write, place);
    this.#requests = new Requests({
      ...parts,
      place,
      calls: this.#calls,
      transcript: this.#transcript,
      decided: (decision) => this.#conversation?.decided(decision),
    });
    this.#peer = new Peer({
      input: parts.input,
      output: parts.output,
      methods: this.#requests.methods,
      notified: (method, params) => this.#notified(method, params),
      noise: (line) => parts.write(`${foldedText(line, NOISE_LINES)}\n`),
      seen: parts.seen,
    });
  }

  async carryOut(): Promise<void> {
    void this.#peer.listen();
    const session = await openSession(this.#peer, this.#parts);
    this.#session = session;
    this.#parts.opened(session.id);
    const { title, mode, isLoaded, id } = session;
    const how = isLoaded ? 'goes on with' : 'has the new';
    this.#transcript.head(`${title} ${how} session ${id}${mode === null ? '' : `, in mode ${mode}`}.`);
    const conversation = this.#begin(session);
    const timer = setInterval(() => this.#tell(conversation), LOOK_MS);
    try {
      const words = isLoaded ? this.#parts.goOn() : null;
      await conversation.carryOut(words ?? this.#parts.prompt).catch(explained(this.#parts, {}));
    } finally {
      clearInterval(timer);
    }
    if (this.#lost) this.#refused(this.#lost);
    this.#transcript.head('The agent has ended its turn.');
  }

  settled = (): Promise<void> => this.#requests.settled();

  /** What it still asks stays open, for the next run. */
  leave = (): void => this.#peer.leave(new Gone('The phase is over.'));

  #begin({ id: sessionId, canSteer }: AgentSession): Conversation {
    this.#conversation = new Conversation({
      peer: this.#peer,
      sessionId,
      canSteer,
      hearsWhileAsking: this.#parts.known.hearsWhileAsking,
      waiting: this.#requests.waiting,
      news: this.#parts.news,
      said: (heading, words) => this.#transcript.block(heading, words),
      mayGoOn: this.#parts.mayGoOn,
      turnEnded: (result) => {
        this.#usage.turnEnded(result);
        this.#parts.used(this.#usage.now());
      },
    });
    return this.#conversation;
  }

  #tell(conversation: Conversation): void {
    for (const words of this.#parts.news()) void conversation.tell(words);
  }

  /** What an agent repeats of a session that it loads has been seen before. */
  #notified(method: string, { sessionId, update }: Params): void {
    if (method !== 'session/update' || !isObject(update)) return;
    this.#usage.heard(update, this.#session === null);
    if (this.#session === null) return;
    this.#reportUsage();
    const isCall = update.sessionUpdate === 'tool_call' || update.sessionUpdate === 'tool_call_update';
    const call = isCall ? this.#calls.take(update) : null;
    this.#transcript.update(update, call);
    if (sessionId !== this.#session.id) return;
    this.#conversation?.heard(update);
    if (call) this.#looked(call, update);
    else if (update.sessionUpdate === 'current_mode_update') this.#guardMode(lineOf(update.currentModeId));
  }

  #reportUsage(): void {
    if (Date.now() - this.#reportedAt < USED_MS) return;
    this.#reportedAt = Date.now();
    this.#parts.used(this.#usage.now());
  }

  #looked(call: ReportedCall, update: Params): void {
    if (isAskHuman(call)) this.#lost = call.status === 'failed' ? call : null;
    if (isOwnRefusal(update)) this.#refused(call);
  }

  /** The daemon leaves out what the operator was asked. */
  #refused(call: ReportedCall): void {
    const { known, marker, refused } = this.#parts;
    refused({
      key: callKey(marker, call.id),
      tool: (call.tool || call.kind || 'tool').slice(0, 200),
      subject: headOf(call, known),
    });
  }

  /** The operator's mode stays: an agent must not leave the operator out by itself. */
  #guardMode(mode: string): void {
    const { id, mode: wanted } = this.#session ?? {};
    if (!isFreeMode(mode) || !wanted || isFreeMode(wanted) || id === undefined) return;
    this.#transcript.head(`It is set back to mode ${wanted}.`);
    this.#peer.call('session/set_mode', { sessionId: id, modeId: wanted }).catch((error: unknown) => {
      this.#peer.leave(new Gone(`It left mode ${wanted} for ${mode} and cannot be set back: ${error}`));
    });
  }
}
