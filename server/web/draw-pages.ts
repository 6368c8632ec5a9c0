/** The pages of the dashboard and of a unit, as of now. */
import type { Context as KoaContext } from 'koa';
import type { Detail } from '../../shared/detail.ts';
import type { DiffView } from '../../shared/diff.ts';
import { firstPage, type Query } from '../../shared/query.ts';
import { statWords } from '../../shared/sentences.ts';
import type { WaitedToday } from '../../shared/waited.ts';
import { maySeeSetup } from '../access/permissions.ts';
import type { Context } from '../api/procedures.ts';
import { refusalOf } from '../api/refusal-of.ts';
import { createCaller } from '../api/router.ts';
import { findWork } from '../domain/state.ts';
import { readTail } from '../output/transcript.ts';
import { runFiles } from '../system/run-files.ts';
import { dashboardPage, type FormError, type Warnings } from './page.ts';
import { plainData } from './page-data.ts';
import { projectOf, type RouteParts } from './reply.ts';
import type { Printed } from './run-page.ts';
import { PAGE_BYTES, printedOf } from './run-routes.ts';
import { settingsPage } from './settings-page.ts';
import { unitPage } from './unit-page.ts';

export const isSignedIn = ({ callerOf }: Pick<RouteParts, 'callerOf'>, ctx: KoaContext): boolean =>
  callerOf(ctx)?.credential != null;

/** What the dashboard tells this caller of the machine: not what is on the board. */
export function warningsFor({ access, contextFor }: RouteParts, ctx: KoaContext): Warnings {
  const context = contextFor(ctx);
  if (!maySeeSetup(context)) return { failed: null, policyProblem: null };
  return { failed: access.refusals.failedLately(), policyProblem: context.policy.current().problem };
}

/** A page of units at a time, the first unless the query names another. `waits`: as of now. */
export function drawDashboard(
  parts: RouteParts,
  ctx: KoaContext,
  query: Query,
  waits: WaitedToday,
  formError?: FormError,
): string {
  const { assets, contextFor } = parts;
  const { boardFeed, pulses, about } = contextFor(ctx);
  return dashboardPage({
    assets,
    query,
    formError,
    project: projectOf({ about }),
    isSignedIn: isSignedIn(parts, ctx),
    ...warningsFor(parts, ctx),
    snapshot: boardFeed.snapshot(firstPage(query)),
    pulses: pulses.now(query),
    waits,
    now: new Date(),
  });
}

export interface UnitDrawing {
  readonly formError?: FormError | undefined;
  /** The event before which the history stops. */
  readonly before?: number | null;
}

export async function drawUnit(
  parts: RouteParts,
  ctx: KoaContext,
  chunk: string,
  { formError, before = null }: UnitDrawing = {},
): Promise<string> {
  const context = parts.contextFor(ctx);
  const caller = createCaller(context);
  const detail = await caller.unit(before === null ? { chunk } : { chunk, before });
  const query = { chunk };
  return unitPage({
    assets: parts.assets,
    query,
    formError,
    snapshot: context.boardFeed.snapshot(query),
    pulses: {},
    waits: await context.boardFeed.waits(new Date()),
    project: projectOf(context),
    detail,
    before,
    printed: await latestOutput(context, chunk),
    changes: await changesIn(detail, () => caller.work.diff({ chunk })),
    now: new Date(),
  });
}

async function latestOutput(context: Context, chunk: string): Promise<Printed | null> {
  const run = findWork(await context.store.stateWith(chunk), chunk)?.runs.at(-1);
  if (!run) return null;
  const { output } = runFiles(context.runs, run.unit, run.number);
  return printedOf(context, run, output, await readTail(output, PAGE_BYTES, run.ended_at !== null));
}

/** More than this has a page of its own only. */
const MOST_FILES = 40;
const MOST_LINES = 1500;

async function changesIn({ work }: Detail, read: () => Promise<DiffView>): Promise<DiffView | string | null> {
  const stat = work?.snapshot;
  if (!stat || stat.files === 0) return null;
  if (stat.files > MOST_FILES || stat.added + stat.deleted > MOST_LINES)
    return `${statWords(stat)}: too much to show here.`;
  try {
    return await read();
  } catch (error) {
    const refusal = refusalOf(error);
    if (!refusal) throw error;
    return refusal.message;
  }
}

const COUNTS: Query = { only: 'counts' };

/** `typed`: fields of a form that could not be taken. */
export function drawSettings(
  parts: RouteParts,
  ctx: KoaContext,
  typed: ReadonlyMap<string, string> = new Map(),
  formError?: FormError,
): string {
  const { assets, contextFor } = parts;
  const context = contextFor(ctx);
  const { boardFeed, store, about, notify } = context;
  const now = new Date();
  return settingsPage({
    assets,
    typed,
    formError,
    now,
    data: plainData({ snapshot: boardFeed.snapshot(COUNTS), project: projectOf({ about }), now }, 'Settings'),
    settings: store.state.settings,
    isSignedIn: isSignedIn(parts, ctx),
    notify: maySeeSetup(context) ? notify.facts() : null,
  });
}
