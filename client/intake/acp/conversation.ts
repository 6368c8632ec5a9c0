/** What is said to an agent, and when its phase is over: a turn that ends is not always the end of the work. */
import { AgentFailure } from './agent-failure.ts';
import { AgentError, type Params, type Peer } from './peer.ts';
import { lineOf } from './tool-calls.ts';

export interface ConversationParts {
  readonly peer: Peer;
  readonly sessionId: string;
  /** It reads a prompt that comes while it waits for a permission. */
  readonly hearsWhileAsking: boolean;
  readonly canSteer: boolean;
  /** How many of its requests wait for the operator. */
  readonly waiting: () => number;
  /** What the operator has said meanwhile and nobody has told yet. */
  readonly news: () => readonly string[];
  readonly said: (heading: string, words: string) => void;
}

interface Refused {
  readonly head: string;
  readonly words: string;
  /** The agent has been told the words already. */
  readonly isTold: boolean;
}

const ENDED_BADLY: Readonly<Record<string, string>> = {
  refusal: 'the model refused to go on',
  max_tokens: 'the model came to its limit of tokens',
  max_turn_requests: 'it came to its limit of requests in one turn',
};

export class Conversation {
  readonly #parts: ConversationParts;
  #turns = 0;
  #stops: string[] = [];
  #failure: unknown = null;
  /** To be said when the turn is over. */
  #left: string[] = [];
  /** The latest refusal in this turn, and whether the agent has done something since. */
  #refused: Refused | null = null;
  #hasGoneOn = false;
  #isCancelled = false;
  #telling = 0;
  #wake = () => {};

  constructor(parts: ConversationParts) {
    this.#parts = parts;
  }

  /** Says the prompt, and goes on until there is nothing left to say. Throws `AgentFailure`, `AgentError` and `Gone`. */
  async carryOut(prompt: string): Promise<void> {
    for (let words: string | null = prompt; words !== null; words = this.#next()) {
      this.#stops = [];
      this.#isCancelled = false;
      this.#prompt(words === prompt ? 'Prompt:' : 'Operator:', words);
      await this.#over();
      if (this.#failure !== null) throw this.#failure;
      this.#judge();
    }
  }

  /** The agent has done something: what it was refused is not why it ends. */
  heard({ sessionUpdate }: Params): void {
    if (['agent_message_chunk', 'agent_thought_chunk', 'tool_call'].includes(String(sessionUpdate)))
      this.#hasGoneOn = true;
  }

  /** The operator has decided on what the agent asked; called before the agent is answered. */
  decided({ head, isRefused, words }: { head: string; isRefused: boolean; words: string }): void {
    const isTold = words !== '' && this.#parts.hearsWhileAsking && this.#turns > 0;
    const what = isRefused ? 'refused' : 'allowed';
    if (isTold) this.#prompt('Operator:', `The operator ${what} "${head}" and says: ${words}`);
    if (isRefused) this.#refused = { head, words, isTold };
    if (isRefused) this.#hasGoneOn = false;
    else if (words !== '' && !isTold) this.#left.push(`The operator allowed "${head}" and says: ${words}`);
  }

  /** The operator says something while the agent works. Never throws. */
  async tell(words: string): Promise<void> {
    this.#telling++;
    await this.#tell(words);
    this.#telling--;
    this.#wake();
  }

  async #tell(words: string): Promise<void> {
    const text = `The operator says: ${words}\nGo on with your work.`;
    if (this.#parts.canSteer && this.#turns > 0 && (await this.#steer(text))) return;
    this.#left.push(text);
    // Cancelling would also cancel requests that wait for the operator: they are answered first.
    if (this.#turns === 0 || this.#isCancelled || this.#parts.waiting() > 0) return;
    this.#isCancelled = true;
    this.#parts.peer.notify('session/cancel', { sessionId: this.#parts.sessionId });
  }

  async #steer(text: string): Promise<boolean> {
    const { peer, sessionId, said } = this.#parts;
    const prompt = [{ type: 'text', text }];
    const _meta = { steering: { idleBehavior: 'promptRequired' } };
    try {
      const { outcome } = await peer.call('_session/steering', { sessionId, prompt, _meta });
      if (outcome !== 'injected') return false;
      said('Operator:', text);
      return true;
    } catch {
      return false;
    }
  }

  #prompt(heading: string, text: string): void {
    const { peer, sessionId, said } = this.#parts;
    const isFirst = this.#turns === 0;
    said(heading, text);
    this.#turns++;
    peer
      .call('session/prompt', { sessionId, prompt: [{ type: 'text', text }] })
      .then(
        ({ stopReason }) => this.#stops.push(lineOf(stopReason)),
        (error: unknown) => {
          // One that takes no second prompt yet is told afterwards.
          if (!isFirst && error instanceof AgentError) this.#left.push(text);
          else this.#failure ??= error;
        },
      )
      .finally(() => {
        this.#turns--;
        this.#wake();
      });
  }

  async #over(): Promise<void> {
    // Words that are on their way to the agent may have to be repeated after the turn.
    while (this.#turns > 0 || this.#telling > 0)
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
  }

  /** Throws where a turn ended in a way that must never count as done. */
  #judge(): void {
    const odd = this.#stops.find((stop) => stop !== 'end_turn' && stop !== 'cancelled');
    if (odd !== undefined)
      throw new AgentFailure(
        'stopped',
        `Its turn ended with "${odd}": ${ENDED_BADLY[odd] ?? 'nobody knows what that means'}.`,
      );
    const isWished = this.#isCancelled || this.#refused !== null || this.#left.length > 0;
    if (this.#stops.at(-1) === 'cancelled' && !isWished)
      throw new AgentFailure('stopped', 'It cancelled its turn by itself.');
  }

  /** What is to be said next; null: the phase is over. */
  #next(): string | null {
    const news = this.#parts.news().map((words) => `The operator says: ${words}`);
    const refused =
      this.#hasGoneOn && this.#stops.at(-1) !== 'cancelled' ? wordsLeft(this.#refused) : this.#refused;
    const refusal = refused === null ? [] : [refusalWords(refused)];
    const words = [...refusal, ...this.#left.splice(0), ...news];
    this.#refused = null;
    return words.length === 0 ? null : words.join('\n\n');
  }
}

/** An agent that has gone on by itself is told the operator's words, if it has not heard them. */
const wordsLeft = (refused: Refused | null): Refused | null =>
  refused !== null && refused.words !== '' && !refused.isTold ? refused : null;

const refusalWords = ({ head, words, isTold }: Refused): string =>
  `The operator refused: ${head}.${words !== '' && !isTold ? ` They say: ${words}` : ''}\nGo on without it, or say why that is not possible.`;
