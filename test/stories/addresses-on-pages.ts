/** Every address that plain pages lead to, by following them. */
import type { Answer } from '../edge/http-client.ts';

const ADDRESS = /\s(?:href|src|action)="(\/[^"]*)"/g;
const MOST_PAGES = 80;

export interface Followed {
  /** Pages and files that were asked for, the first ones among them. */
  readonly seen: ReadonlySet<string>;
  /** Where forms lead, which nothing was sent to. */
  readonly forms: ReadonlySet<string>;
  /** What leads out of the base path, and what answers with an error, as sentences. */
  readonly wrong: readonly string[];
}

/** `first`: where to begin; `isNowhere`: an error is right there. */
export async function followAll(
  ask: (path: string) => Promise<Answer>,
  base: string,
  first: readonly string[],
  isNowhere: (path: string) => boolean,
): Promise<Followed> {
  const seen = new Set(first);
  const forms = new Set<string>();
  const wrong: string[] = [];
  for (const path of seen) {
    const { status, headers, body } = await ask(path);
    if (status >= 400 && !isNowhere(path)) wrong.push(`${path} is ${status}`);
    if (!headers['content-type']?.startsWith('text/html')) continue;
    for (const [markup, found = ''] of body.matchAll(ADDRESS)) {
      const to = found.replaceAll('&amp;', '&').split('#')[0] ?? '';
      if (!`${to}/`.startsWith(`${base}/`)) wrong.push(`${path} leads to ${to}`);
      else if (markup.startsWith(' action')) forms.add(to);
      else if (seen.size < MOST_PAGES) seen.add(to);
    }
  }
  return { seen, forms, wrong };
}
