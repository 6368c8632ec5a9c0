import type { BoardMessage, Card, Row } from '../../shared/board.ts';
import type { Answer, AskerWait, Asking } from '../../shared/item-words.ts';
import type { ToolPermission } from '../../shared/policy-words.ts';
import { takingUnknown } from '../../shared/unknown-input.ts';
import { type Daemon, overHttp, untilSaid } from '../daemon/daemon-client.ts';
import { followUntil } from '../daemon/follow-until.ts';
import type { ProvenCaller } from '../daemon/proven-caller.ts';
import { overSocket } from '../daemon/streaming-client.ts';

/** Where the daemon is, and who the asker is to it. */
export interface DaemonAddress {
  readonly socketPath: string;
  readonly caller: () => ProvenCaller;
  /** Called when the daemon is there but does not answer; the asking goes on. */
  readonly onSilence?: (() => void) | undefined;
}

/** On whose behalf. */
export interface OnBehalfOf {
  readonly chunk: string;
  /** The run that asks; null: somebody outside any run. */
  readonly run: number | null;
  readonly asked_by: string;
}

/** One question; the fields that are left out have the defaults of the procedure. */
export interface AskedQuestion extends Pick<Asking, 'prompt'> {
  readonly context?: Asking['context'];
  readonly options?: readonly {
    readonly id: string;
    readonly label: string;
    readonly description?: string;
  }[];
  readonly multiple?: boolean;
  readonly allows_text?: boolean;
  readonly kind?: 'question' | 'decision';
  /** By which a rule of the operator may answer. */
  readonly permission?: ToolPermission;
}

export interface Reply extends Answer {
  readonly item: string;
  /** A rule of the operator has answered, and no person. */
  readonly isByRule?: boolean;
}

export interface Replies {
  readonly replies: readonly Reply[];
  /** Says that the replies have been handed on. Until then, the same question asked again finds them. */
  confirm(): Promise<void>;
}

export interface Asked {
  readonly connection: DaemonAddress;
  readonly asker: OnBehalfOf;
  /** `AskedQuestion`s, checked by the daemon. */
  readonly questions: readonly unknown[];
  /** The same key is the same question, however often it is sent. */
  readonly key: string;
  /** Where the asker gives up by itself. */
  readonly asker_waits?: AskerWait | undefined;
  /** Ends the waiting; the items stay. */
  readonly over?: AbortSignal | null;
  readonly onAsked?: (items: readonly string[]) => void;
}

/** A wait that begins now. */
export const waitFor = (ms: number, after: AskerWait['after']): AskerWait => ({
  until: new Date(Date.now() + ms).toISOString(),
  after,
});

/** The question has been withdrawn: there will be no answer. */
export class Withdrawn extends Error {
  readonly why: string;
  constructor(why: string) {
    super(`The question was withdrawn: ${why}.`);
    this.why = why;
  }
}

/**
 * Asks the operator and waits for as long as it takes, over restarts of the daemon. Throws `Withdrawn`, what the
 * daemon refuses, or the reason of `over`.
 */
export async function ask({
  connection,
  asker,
  questions,
  key,
  asker_waits,
  over = null,
  onAsked,
}: Asked): Promise<Replies> {
  const { socketPath, caller, onSilence } = connection;
  const { chunk, run } = asker;
  const asking = { ...asker, key, ...(asker_waits && { asker_waits }), questions: [...questions] };
  // A connection for each try: on one that stays, tries that nobody answers would pile up.
  const calls = overHttp(socketPath, caller);
  const { result } = await untilSaid((signal) => takingUnknown(calls.items.ask.mutate)(asking, { signal }), {
    over,
    onSilence,
  });
  const items = [...(result.items ?? [])];
  onAsked?.(items);
  const replies = await repliesTo(connection, items, over);
  const confirm = async () => {
    // All at once: the asker may end as soon as it has read them.
    const confirmed = ({ item }: Reply) =>
      untilSaid((signal) => calls.items.confirm.mutate({ chunk, item, run }, { signal }), { onSilence });
    await Promise.all(replies.map(confirmed));
  };
  return { replies, confirm };
}

/** Waits for all of these items. Throws `Withdrawn`. */
export async function repliesTo(
  { socketPath, caller, onSilence }: DaemonAddress,
  items: readonly string[],
  over: AbortSignal | null,
): Promise<Reply[]> {
  const { daemon, close } = overSocket(socketPath, { onSilence, identify: caller });
  try {
    return await Promise.all(items.map(async (item) => replyOf(await endOf(daemon, item, over))));
  } finally {
    await close();
  }
}

function replyOf({ id: item, state, answer, answered_by_rule, withdrawn_why }: Card): Reply {
  if (state === 'withdrawn') throw new Withdrawn(withdrawn_why ?? 'no longer needed');
  const reply = { item, options: answer?.options ?? [], text: answer?.text ?? '' };
  return answered_by_rule === null ? reply : { ...reply, isByRule: true };
}

/** Follows the item until it is answered or withdrawn. */
const endOf = (daemon: Daemon, item: string, over: AbortSignal | null): Promise<Card> =>
  followUntil<{ data: BoardMessage }, Card>(
    (handlers) => daemon.board.follow.subscribe({ item }, handlers),
    ({ data: { snapshot, news } }) => (snapshot?.rows ?? news?.put ?? []).find(isEnded),
    { over, late: new Error('Nobody waits for the answer any more.') },
  );

const isEnded = (row: Row): row is Card =>
  row.row === 'item' && (row.state === 'answered' || row.state === 'withdrawn');
