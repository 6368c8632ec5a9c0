/** What the operator does to an item on the hub: done by the daemon whose item it is, which decides. */
import { TRPCClientError } from '@trpc/client';
import { isSaid } from '../client/daemon/daemon-client.ts';
import type { RefusalForCaller } from '../server/api/refusal-of.ts';
import { conflict, notFound, Refusal } from '../server/domain/refusal.ts';
import { ACTIONS } from '../shared/actions.ts';
import { ownItem } from './own-rows.ts';
import type { Project } from './project.ts';
import type { Projects } from './projects.ts';

/** Forms of items. What else is done to units is done on the pages of their project. */
export const HUB_ACTIONS = ['answer', 'undo', 'withdraw', 'snooze', 'wake'] as const;
export type HubAction = (typeof HUB_ACTIONS)[number];
export const isHubAction = (name: string): name is HubAction =>
  (HUB_ACTIONS as readonly string[]).includes(name);

interface Aimed {
  readonly item: string;
  readonly also?: readonly { readonly item: string }[] | undefined;
}

/** Throws a `Refusal`: that of the daemon, where it refuses. */
export async function actOn(
  projects: Projects,
  action: HubAction,
  input: Aimed & Readonly<Record<string, unknown>>,
): Promise<object> {
  const own = ownItem(input.item);
  const project = own && projects.ofEpoch(own.epoch);
  if (!own || !project) throw noSuchItem();
  if (project.isAway) throw isAway(project);
  const theirs = {
    ...input,
    item: own.item,
    ...(input.also && {
      also: input.also.map((each) => ({ ...each, item: sameProject(each.item, own.epoch) })),
    }),
    // As on a page of the daemon: what was pressed by mistake can be taken back.
    ...(action === 'answer' && { undoable: true }),
  };
  const [group, name] = ACTIONS[action];
  const procedures = project.calls[group] as unknown as Readonly<Record<string, Mutation>>;
  try {
    const done = (await procedures[name]?.mutate(theirs)) ?? { seq: 0 };
    await projects.untilShown(project, done.seq);
    return done;
  } catch (error) {
    throw refusalIn(error, project);
  }
}

/** Refuses a form at the address of one project that names an item of another. Throws a `Refusal`. */
export function checkIsOf(project: Project, item: unknown): void {
  if (ownItem(String(item))?.epoch !== project.epoch) throw noSuchItem();
}

const noSuchItem = (): Refusal => notFound('There is no such item in this project. Reload the page.');

interface Mutation {
  mutate(input: object): Promise<{ readonly seq: number }>;
}

function sameProject(id: string, epoch: string): string {
  const own = ownItem(id);
  if (own?.epoch === epoch) return own.item;
  throw conflict('stale', 'These items are of different projects: answer each for itself.');
}

const isAway = ({ place }: Project): Refusal =>
  new Refusal(
    'unavailable',
    'busy',
    `Not done: the daemon of ${place.name} does not answer. Your text is kept.`,
  );

/** The daemon's own refusal, as it stands; else what is known of a call that failed. */
function refusalIn(error: unknown, project: Project): unknown {
  if (!isSaid(error)) return error instanceof TRPCClientError ? isUnknown(project) : error;
  const refusal: RefusalForCaller | null = error.data?.refusal ?? null;
  if (!refusal || refusal.kind === 'forbidden' || refusal.code === 'forbidden')
    return new Refusal('conflict', 'read-only', `${project.place.name}: ${error.message}`);
  const { kind, code, message, field } = refusal;
  return new Refusal(kind, code, message, field === null ? {} : { field });
}

const isUnknown = ({ place }: Project): Refusal =>
  new Refusal(
    'unavailable',
    'busy',
    `Perhaps done: the daemon of ${place.name} did not answer. Look, then try again.`,
  );
