const LONGEST = 2000;

/**
 * One slash, then plain words between slashes, then a query. No backslash, percent-escape, dot or second slash can stand
 * before the query: none of our pages has one there, and browsers read some of them as another host.
 */
const PATH = /^\/(?:[A-Za-z0-9_-]+(?:\/[A-Za-z0-9_-]+)*)?\/?(?:\?[\x21-\x5b\x5d-\x7e]*)?$/;

/**
 * The only way in for an address from outside (`to`, Referer, an embed's link): the path of a page of ours that it
 * names, without its fragment; null: it names none. `origin`: ours, where the address may be a whole one.
 */
export function localPath(address: string, origin: string | null = null): string | null {
  if (address.length > LONGEST) return null;
  const isWhole = origin !== null && /^https?:\/\/[^/]+$/.test(origin) && address.startsWith(`${origin}/`);
  const [path = ''] = (isWhole ? address.slice(origin.length) : address).split('#', 1);
  return PATH.test(path) && !path.startsWith('//') ? path : null;
}
