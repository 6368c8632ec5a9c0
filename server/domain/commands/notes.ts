/** Records what a live run reports of itself: its session, refused tool calls, news. */
import type { Change } from '../../../shared/events.ts';
import { mostUsage, NO_USAGE, type Usage } from '../../../shared/usage-words.ts';
import type { Run, ToolRefusal } from '../../../shared/words.ts';
import { workOf } from '../lookup.ts';
import { conflict } from '../refusal.ts';
import { findItem, liveRun, type State } from '../state.ts';
import { ownUsage, withoutDays } from '../usage.ts';
import type { Decision } from './decision.ts';

export interface NoteInput {
  readonly chunk: string;
  readonly run: number;
  /** The agent's own name for its conversation. */
  readonly session?: string | undefined;
  readonly refused: readonly ToolRefusal[];
  /** News for the operator that need no answer. */
  readonly said?: string | undefined;
  /** The tokens of the whole run so far; the cost of its session, earlier runs of it included. */
  readonly usage?: Usage | undefined;
}

/** How many refusals of one run are kept: an agent may try the same for hours. */
const REFUSALS_KEPT = 100;

/** What a live run says of itself: the session that it has, tool calls that were refused to it, how it goes. */
export function noteRun(
  state: State,
  { chunk, run: number, session, refused, said, usage }: NoteInput,
): Decision {
  const work = workOf(state, chunk);
  const run = liveRun(work);
  if (run?.number !== number)
    throw conflict('run-ended', `Run ${number} of ${chunk} has ended: it has nothing to note.`);
  const unit = work.unit.id;
  const changes: Change[] = [];
  if (session !== undefined && session !== run.session)
    changes.push({ type: 'run.noted', unit, data: { number, session } });
  if (said !== undefined && said !== run.said)
    changes.push({ type: 'run.said', unit, data: { number, text: said } });
  const used = usage && ownUsage(work, { ...run, session: session ?? run.session }, usage);
  if (used !== undefined && isMore(used, run))
    changes.push({ type: 'run.used', unit, data: { number, usage: used } });
  const known = new Set(run.refused.map(({ key }) => key));
  const news = refused
    .filter(({ key }) => !known.has(key) && !isItem(state, key))
    .slice(0, REFUSALS_KEPT - run.refused.length);
  if (news.length > 0) changes.push({ type: 'run.refused', unit, data: { number, refused: news } });
  return { changes };
}

function isMore(said: Usage, { usage }: Run): boolean {
  const known = usage ? withoutDays(usage) : NO_USAGE;
  return JSON.stringify(mostUsage(known, said)) !== JSON.stringify(known);
}

/** The operator has seen the call, or will: what became of it is theirs to decide. Several questions are numbered. */
const isItem = (state: State, key: string): boolean =>
  findItem(state, key) !== undefined || findItem(state, `${key}.1`) !== undefined;
