/** The pages of the dashboard and of a unit, as of now. */
import type { Context as KoaContext } from 'koa';
import { firstPage, type Query } from '../../shared/query.ts';
import { createCaller } from '../api/router.ts';
import { findWork } from '../domain/state.ts';
import { readTail } from '../output/transcript.ts';
import { runFiles } from '../system/run-files.ts';
import { dashboardPage, type FormError, unitPage } from './page.ts';
import type { RouteParts } from './reply.ts';
import { PAGE_BYTES, printedOf } from './run-routes.ts';

export const isSignedIn = ({ callerOf }: RouteParts, ctx: KoaContext): boolean =>
  callerOf(ctx)?.credential != null;

/** A page of units at a time, the first unless the query names another. */
export function drawDashboard(
  parts: RouteParts,
  ctx: KoaContext,
  query: Query,
  formError?: FormError,
): string {
  const { assets, access, contextFor } = parts;
  const { boardFeed, pulses, store, policy } = contextFor(ctx);
  const { settings } = store.state;
  return dashboardPage({
    assets,
    query,
    formError,
    settings,
    isSignedIn: isSignedIn(parts, ctx),
    failed: access.refusals.failedLately(),
    policyProblem: policy.current().problem,
    snapshot: boardFeed.snapshot(firstPage(query)),
    pulses: pulses.now(query),
    now: new Date(),
  });
}

export async function drawUnit(
  parts: RouteParts,
  ctx: KoaContext,
  chunk: string,
  formError?: FormError,
): Promise<string> {
  const context = parts.contextFor(ctx);
  const detail = await createCaller(context).unit({ chunk });
  const work = findWork(context.store.state, chunk);
  const run = work?.runs.at(-1);
  const output = run && runFiles(context.runs, run.unit, run.number).output;
  const printed =
    run && output
      ? await printedOf(run.number, output, await readTail(output, PAGE_BYTES, run.ended_at !== null))
      : null;
  const query = { chunk };
  const snapshot = context.boardFeed.snapshot(query);
  return unitPage({
    assets: parts.assets,
    query,
    formError,
    snapshot,
    pulses: {},
    detail,
    printed,
    now: new Date(),
  });
}
