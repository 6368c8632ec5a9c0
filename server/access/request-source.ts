/** Where a request comes from, by its browser headers, and whether it can change state. */
import type { GateContext, Tcp } from './gate.ts';
import { firstOf, type Head, pathOf } from './request-head.ts';

export const SAFE = ['GET', 'HEAD', 'OPTIONS'];

/** A followed link from another site to a whole page. Its cookies do not count until a link of ours is followed. */
export function isFollowedLink(head: Head): boolean {
  const site = firstOf(head, 'sec-fetch-site');
  const isElsewhere = site !== undefined && site !== 'same-origin' && site !== 'none';
  const isPage =
    firstOf(head, 'sec-fetch-mode') === 'navigate' && firstOf(head, 'sec-fetch-dest') === 'document';
  return isElsewhere && isPage && head.method === 'GET' && !head.upgrade;
}

/** An upgrade can change state, although its method is GET. */
export const isUnsafe = ({ method, upgrade }: Head): boolean => upgrade || !SAFE.includes(method);

export const isListed = (head: Head, { origins }: GateContext): boolean =>
  origins.includes(firstOf(head, 'origin') ?? '');

export const isEmbedSocket = (head: Head): boolean => head.upgrade && pathOf(head) === '/embed';

/** The origin of our own pages under the requested Host. */
export function originFor({ own }: Tcp, head: Head): string {
  const host = firstOf(head, 'host') ?? '';
  return host === own.host ? own.origin : `http://${host}`;
}

/** From one of our pages, or from the address bar. */
export function isFromUs(listener: Tcp, head: Head): boolean {
  const origin = firstOf(head, 'origin');
  if (isFollowedLink(head)) return false;
  return origin === undefined ? ['GET', 'HEAD'].includes(head.method) : origin === originFor(listener, head);
}

/** The one host whose cookies count: browsers send the cookies of the others to every port of this machine. */
export const isAtHome = (listener: Tcp, head: Head): boolean =>
  firstOf(head, 'host') === listener.own.host && isFromUs(listener, head);
