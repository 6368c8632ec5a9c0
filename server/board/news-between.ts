/** What has changed on a board since a number that a viewer has. */
import type { News, Row } from '../../shared/board.ts';
import type { Query } from '../../shared/query.ts';
import type { BoardFeed } from './board-feed.ts';

/** News, and the rows of the page that a viewer shows then; empty for a query that is not for one page. */
export interface Since {
  readonly news: News;
  readonly rows: readonly Row[];
}

/** `shown`: the rows that the viewer shows, for a query for one page. `at` is a number of the feed's own log. */
export function newsSince(
  feed: BoardFeed,
  epoch: string,
  query: Query,
  at: number,
  shown: readonly Row[],
): Since {
  const rows = query.page === undefined ? [] : feed.snapshot(query).rows;
  const news = feed.since(query, epoch, at) ?? newsBetween(shown, rows, feed.seq);
  return { news, rows };
}

/**
 * Cached by the two pages, so that it is computed once for all viewers. The number in it is right only because the board
 * index makes a new array of each page for every number: an array kept over two numbers would bring back the older one.
 */
const newsCache = new WeakMap<readonly Row[], WeakMap<readonly Row[], News>>();

/** The difference between two pages. Equal rows are the same object. */
function newsBetween(before: readonly Row[], after: readonly Row[], seq: number): News {
  const from = newsCache.get(before) ?? new WeakMap<readonly Row[], News>();
  newsCache.set(before, from);
  const news = from.get(after) ?? compare(before, after, seq);
  from.set(after, news);
  return news;
}

function compare(before: readonly Row[], after: readonly Row[], seq: number): News {
  const known = new Map(before.map((row) => [row.key, row]));
  const put = after.filter((row) => !isSame(known.get(row.key), row));
  const there = new Set(after.map(({ key }) => key));
  return { seq, put, drop: [...known.keys()].filter((key) => !there.has(key)) };
}

/** The page row itself is a new object each time. */
const isSame = (a: Row | undefined, b: Row): boolean =>
  a === b || (a?.row === 'page' && b.row === 'page' && a.pages === b.pages && a.total === b.total);
