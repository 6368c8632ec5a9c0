/**
 * The path under which a proxy shows our pages: `/signalbox`; empty where the host has nothing else. It is set once, by a
 * server when it starts and by a page before it draws. Paths inside Signalbox never hold it: requests lose it before the
 * gate looks at them, and every address that is made of a path goes through `under`.
 */
let basePath = '';

export function setBasePath(path: string): void {
  basePath = path;
}

/** The address of one of our paths: `/new` is at `/signalbox/new`. */
export const under = (path: string): string => basePath + path;

/** Where the pages of a daemon are, without a slash at the end, of an address that the operator or a page elsewhere gives. */
export const homeOf = ({ origin, pathname }: URL): string => origin + pathname.replace(/\/+$/, '');

/** The path of ours at an address, with its query; null: the address is not under the base path. */
export function within(address: string): string | null {
  if (basePath === '') return address;
  const path = address.startsWith(basePath) ? address.slice(basePath.length) : null;
  if (path === null || path.startsWith('/')) return path;
  return path === '' || path.startsWith('?') ? `/${path}` : null;
}
