/** The pages of runs. */
import { Readable } from 'node:stream';
import type Router from '@koa/router';
import type { RouterContext } from '@koa/router';
import { isDrivenByAcp } from '../../shared/agent-words.ts';
import type { Detail, RunLine } from '../../shared/detail.ts';
import type { Context } from '../api/procedures.ts';
import { createCaller } from '../api/router.ts';
import { invalid, notFound } from '../domain/refusal.ts';
import { agentNamed, findWork } from '../domain/state.ts';
import { findLine } from '../output/find-line.ts';
import { bytesOf } from '../output/output-file.ts';
import { readFrom, readTail, type Stretch, sizeOf } from '../output/transcript.ts';
import { runFiles } from '../system/run-files.ts';
import { oneIn, switchIn, wholeIn } from './address-query.ts';
import { chunkOf, projectOf, type RouteParts, sendJson, sendPage, wantsJson } from './reply.ts';
import { type Printed, runPage } from './run-page.ts';

/** How much of a transcript stands on one page. */
export const PAGE_BYTES = 64 * 1024;
const LONGEST_FIND = 200;

export function addRunRoutes(router: Router, parts: RouteParts): void {
  router.get('/work-units/:chunk/runs/:run', async (ctx) => {
    const { context, detail, run, output } = await runOf(parts, ctx);
    const address = new URLSearchParams(ctx.querystring);
    const { find, from, found } = await searchIn(output, address);
    if (wantsJson(ctx)) return sendJson(ctx, { run: run.number, size: await sizeOf(output), found });
    const before = wholeIn(address, 'before');
    const stretch = await stretchFor(output, { from: found ?? from, before, final: run.ended_at !== null });
    const printed = await printedOf(context, run, output, stretch);
    const snapshot = context.boardFeed.snapshot({ chunk: detail.chunk });
    sendPage(
      ctx,
      200,
      runPage({
        assets: parts.assets,
        project: projectOf(context),
        snapshot,
        detail,
        run,
        printed,
        find,
        found,
        now: new Date(),
      }),
    );
  });
  router.get('/work-units/:chunk/runs/:run/output', async (ctx) => {
    const { detail, run, output } = await runOf(parts, ctx);
    const size = await sizeOf(output);
    if (size === null) throw notFound(`The output of run ${run.number} is no longer kept.`);
    ctx.set('Cache-Control', 'no-store');
    ctx.attachment(`${detail.chunk}-${run.number}.log`);
    ctx.type = 'text/plain; charset=utf-8';
    sendBytes(ctx, output, size);
  });
}

/** Case does not matter; the offset of the line in which it was found. */
async function searchIn(output: string, address: URLSearchParams) {
  const find = oneIn(address, 'find') ?? '';
  if (find.length > LONGEST_FIND) throw invalid('find', `find takes at most ${LONGEST_FIND} characters.`);
  const from = wholeIn(address, 'from');
  const back = switchIn(address, 'back');
  const found =
    find === ''
      ? null
      : await findLine(output, { text: find, from: from ?? (back ? Number.MAX_SAFE_INTEGER : 0), back });
  return { find, from, found };
}

/** All, or the one range that is asked for. What is printed from now on is not in the length that is promised. */
function sendBytes(ctx: RouterContext, output: string, size: number): void {
  ctx.set('Accept-Ranges', 'bytes');
  const range = /^bytes=(\d{1,15})-(\d{1,15})$/.exec(ctx.get('Range'));
  const start = Number(range?.[1] ?? 0);
  const end = Math.min(Number(range?.[2] ?? size), size - 1);
  if (range && start <= end) {
    ctx.status = 206;
    ctx.set('Content-Range', `bytes ${start}-${end}/${size}`);
  } else if (range) ctx.status = 416;
  const isEmpty = size === 0 || start > end;
  ctx.body = isEmpty ? '' : Readable.from(bytesOf(output, start, end + 1), { objectMode: false });
  ctx.length = isEmpty ? 0 : end + 1 - start;
}

export async function printedOf(
  { store }: Context,
  { number, agent, ended_at }: Pick<RunLine, 'number' | 'agent' | 'ended_at'>,
  output: string,
  { from, to, text }: Stretch,
): Promise<Printed> {
  const definition = agentNamed(store.state, agent);
  const isTalk = definition !== undefined && isDrivenByAcp(definition);
  return { run: number, from, to, text, size: await sizeOf(output), isTalk, isLive: ended_at === null };
}

interface Asked {
  readonly context: Context;
  readonly detail: Detail;
  readonly run: RunLine;
  readonly output: string;
}

async function runOf({ contextFor }: RouteParts, ctx: RouterContext): Promise<Asked> {
  const context = contextFor(ctx);
  const detail = await createCaller(context).unit({ chunk: chunkOf(ctx) });
  const run = detail.runs.find(({ number }) => String(number) === ctx.params.run);
  const work = findWork(await context.store.stateWith(detail.chunk), detail.chunk);
  if (!run || !work) throw notFound(`${detail.chunk} has no such run.`);
  const { output } = runFiles(context.runs, work.unit.id, run.number);
  return { context, detail, run, output };
}

interface Place {
  readonly from: number | null;
  readonly before: number | null;
  /** The run has ended. */
  readonly final: boolean;
}

function stretchFor(output: string, { from, before, final }: Place): Promise<Stretch> {
  if (before !== null)
    return readFrom(output, Math.max(0, before - PAGE_BYTES), Math.min(before, PAGE_BYTES));
  return from === null ? readTail(output, PAGE_BYTES, final) : readFrom(output, from, PAGE_BYTES);
}
