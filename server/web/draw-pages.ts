/** The pages of the dashboard and of a unit, as of now. */
import type { Context as KoaContext } from 'koa';
import { firstPage, type Query } from '../../shared/query.ts';
import { createCaller } from '../api/router.ts';
import { findWork } from '../domain/state.ts';
import { readTail } from '../output/transcript.ts';
import { configFile } from '../system/config-file.ts';
import { homeFolder } from '../system/home-folder.ts';
import { runFiles } from '../system/run-files.ts';
import { dashboardPage, type FormError, unitPage } from './page.ts';
import { projectName, type RouteParts } from './reply.ts';
import { PAGE_BYTES, printedOf } from './run-routes.ts';
import { settingsPage } from './settings-page.ts';

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
  const { boardFeed, pulses, about, policy } = contextFor(ctx);
  return dashboardPage({
    assets,
    query,
    formError,
    project: projectName({ about }),
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
    project: projectName(context),
    detail,
    printed,
    now: new Date(),
  });
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
  const { boardFeed, store, about } = contextFor(ctx);
  const now = new Date();
  return settingsPage({
    assets,
    typed,
    formError,
    now,
    data: {
      query: COUNTS,
      snapshot: boardFeed.snapshot(COUNTS),
      pulses: {},
      zone: -now.getTimezoneOffset(),
      notices: {},
      project: projectName({ about }),
      name: 'Settings',
      detail: null,
    },
    settings: store.state.settings,
    isSignedIn: isSignedIn(parts, ctx),
    file: configFile(process.env, homeFolder()),
  });
}
