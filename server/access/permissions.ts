/**
 * What a caller may do. The gate decides who comes in, and as whom; every rule about what follows from a role, a
 * token or `--read-only` is here, and everybody else asks.
 */
import type { By, Role } from '../../shared/access-words.ts';
import { findItem, findWork, type State } from '../domain/state.ts';
import type { Caller, Credential } from './gate.ts';

/** Looking: everybody who came in; an agent at its own unit alone. */
export const VIEWERS: readonly Role[] = ['viewer', 'embed', 'operator', 'agent'];
/** Reading what units have changed: pages elsewhere get no source code. */
export const READERS: readonly Role[] = ['viewer', 'operator', 'agent'];
/** Deciding and steering: the operator; an embed that may answer, just that. */
export const OPERATORS: readonly Role[] = ['operator'];
/** Asking and reporting. */
export const AGENTS: readonly Role[] = ['agent', 'operator'];

/** Carrying one run on another machine: nobody else, the operator included, speaks for it. */
export const CARRIERS: readonly Role[] = ['carrier'];

/** What the secret of a carrier opens. */
const CARRIER_CALLS: readonly string[] = ['carry.claim', 'carry.beat', 'carry.end'];

/** What still works under `--read-only`, whoever calls: asking, reports of ends, signing in, and what takes access away. */
const ALWAYS: readonly string[] = [
  'items.ask',
  'items.confirm',
  'units.report',
  ...CARRIER_CALLS,
  'daemon.stop',
  'access.link',
  'access.revoke',
  'access.signOut',
];

/** What an embed may call if its token may answer. */
const EMBED_MAY: readonly string[] = ['items.answer', 'items.undo'];

/** What an agent's token opens over HTTP: the procedures, and its own unit's addresses, which lead to them. */
const AGENT_PATHS = /^\/(trpc(\/|$)|work-units\/[^/]+(\/[a-z]+)?$)/;

/** What a monitoring system asks for: its token opens nothing else, and these are not for embeds and agents. */
const MONITORING = ['/healthz', '/readyz', '/metrics'];
const MONITORS: readonly Role[] = ['monitor', 'viewer', 'operator'];

/** Who calls, and what the rules need to know. */
export interface Subject {
  readonly by: By;
  /** What let the caller in; null: the operator, by where they come from. */
  readonly credential: Credential | null;
  readonly access: { readonly readOnly: boolean };
  readonly store: { readonly state: State };
}

export interface ProcedureCall {
  /** Of the procedure: `items.answer`. */
  readonly path: string;
  readonly type: 'query' | 'mutation' | 'subscription';
  /** Not checked yet: what it names may be anything. */
  readonly input: () => Promise<unknown>;
}

/** Why a procedure for these roles is not carried out, as a sentence; null: it is. */
export async function whyNotCall(
  subject: Subject,
  roles: readonly Role[],
  { path, type, input }: ProcedureCall,
): Promise<string | null> {
  const { by, credential, access } = subject;
  const mayAnswer = credential?.mayAnswer === true && EMBED_MAY.includes(path);
  if (!roles.includes(by.role) && !(roles.includes('operator') && mayAnswer))
    return `${path} is not for the role ${by.role}.`;
  if (type === 'mutation' && access.readOnly && by.role !== 'agent' && !ALWAYS.includes(path))
    return 'Signalbox runs with --read-only: nothing can be changed now.';
  if (by.role === 'agent' && path !== 'access.me' && !speaksFor(subject, await input()))
    return `${by.actor} speaks for its own unit alone.`;
  return null;
}

/** An agent must name its own unit, by unit or by item; and, with a run's token, no other run. */
function speaksFor({ store, credential }: Subject, input: unknown): boolean {
  const { chunk, item, run } = (input ?? {}) as { chunk?: unknown; item?: unknown; run?: unknown };
  const units = [
    ...(chunk === undefined ? [] : [findWork(store.state, String(chunk))?.unit.id]),
    ...(item === undefined ? [] : [findItem(store.state, String(item))?.work.unit.id]),
  ];
  const isOwnRun = credential?.run == null || typeof run !== 'number' || run === credential.run;
  return units.length > 0 && units.every((unit) => unit === credential?.unit) && isOwnRun;
}

/** What let the caller in ended while the request was under way. */
export const ENDED_MEANWHILE = 'Meanwhile, what let you in has ended.';

/** Whether forms for answers are of use to this caller. */
export const mayAnswer = ({ by, credential, access }: Omit<Subject, 'store'>): boolean =>
  (by.role === 'operator' || credential?.mayAnswer === true) && !access.readOnly;

/** Whether a page shows what procedures tell the operator alone: where notices go, and what is wrong on this machine. */
export const maySeeSetup = ({ by }: Pick<Subject, 'by'>): boolean => by.role === 'operator';

/** Handing out access and ending the daemon are for whoever may open the Unix socket. */
export const isAtTerminal = ({ by }: Pick<Subject, 'by'>): boolean => by.door === 'cli';

/** Who took over our page could otherwise run any program: it starts only what the operator trusts as an agent. */
export const mayGiveCommands = ({ by }: Pick<Subject, 'by'>): boolean =>
  by.door !== 'page' && by.door !== 'form';

/** Whether work may be reported started: an agent's reports of ends are taken under `--read-only`, too. */
export const mayStart = ({ readOnly }: Subject['access']): boolean => !readOnly;

/** Why an address is not opened, as a sentence; null: it is. */
export function whyNotPath(caller: Caller | null, path: string): string | null {
  if (caller === null) return null;
  const { role, actor } = caller;
  if (role === 'agent' && !AGENT_PATHS.test(path))
    return `${actor} asks and reports; it does not look around.`;
  if (role === 'carrier' && !CARRIER_CALLS.some((call) => path === `/trpc/${call}`))
    return `${actor} carries its run; it does nothing else.`;
  const monitors = MONITORING.includes(path);
  if (monitors ? MONITORS.includes(role) : role !== 'monitor') return null;
  return monitors
    ? `${path} is not for the role ${role}.`
    : `A monitor reads ${MONITORING.join(', ')} alone.`;
}

/**
 * Whether an open socket stays open: its token or session still counts, and its page is still listed. `origins` looks at a
 * file, and there may be a thousand sockets at each change: it is asked for embeds alone.
 */
export const mayStay = (
  { door, origin, credential }: Caller,
  origins: () => readonly string[],
  isStanding: (credential: Credential) => boolean,
): boolean =>
  (door !== 'embed' || origins().includes(origin ?? '')) && (credential === null || isStanding(credential));
