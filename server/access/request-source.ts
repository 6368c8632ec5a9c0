/** Where a request comes from, by what the browser says of it, and whether it can change things. */
import type { Known, Tcp } from './gate.ts';
import { firstOf, type Head, pathOf } from './request-head.ts';

export const SAFE = ['GET', 'HEAD', 'OPTIONS'];

/** A link from elsewhere to a whole page. Whoever follows it is nobody until they follow ours. */
export function isFollowedLink(head: Head): boolean {
  const site = firstOf(head, 'sec-fetch-site');
  const isElsewhere = site !== undefined && site !== 'same-origin' && site !== 'none';
  const isPage =
    firstOf(head, 'sec-fetch-mode') === 'navigate' && firstOf(head, 'sec-fetch-dest') === 'document';
  return isElsewhere && isPage && head.method === 'GET' && !head.upgrade;
}

/** An upgrade can change things, whatever its method says. */
export const isUnsafe = ({ method, upgrade }: Head): boolean => upgrade || !SAFE.includes(method);

export const isListed = (head: Head, { origins }: Known): boolean =>
  origins.includes(firstOf(head, 'origin') ?? '');

export const isEmbedSocket = (head: Head): boolean => head.upgrade && pathOf(head) === '/embed';

/** The origin of our own pages at the address that was called. */
export function originFor({ own }: Tcp, head: Head): string {
  const host = firstOf(head, 'host') ?? '';
  return host === own.host ? own.origin : `http://${host}`;
}

/** From a page of ours, or typed into the address bar. */
export function isFromUs(listener: Tcp, head: Head): boolean {
  const origin = firstOf(head, 'origin');
  if (isFollowedLink(head)) return false;
  return origin === undefined ? ['GET', 'HEAD'].includes(head.method) : origin === originFor(listener, head);
}

/** The name of our own, where cookies are read; those of other names are sent to every port of this machine. */
export const isAtHome = (listener: Tcp, head: Head): boolean =>
  firstOf(head, 'host') === listener.own.host && isFromUs(listener, head);
