/** Keeps the count of open items where it can be seen from elsewhere: the title, the icon, an installed application. */
import { type Board, type Card, cardsOf, countsOf } from '../../shared/board.ts';
import type { PageData } from '../../shared/page-data.ts';
import { faviconUrl, titleFor } from '../../shared/tab-title.ts';
import type { LiveBoards } from '../link/live-boards.ts';
import { whileVisible } from '../link/while-visible.ts';

const ANNOUNCE_MS = 5000;

/**
 * New items are announced to screen readers in `status`, at most once in five seconds. A page that was
 * hidden for five minutes follows nothing but its open items, and their number.
 */
export function keepCount(live: LiveBoards, { query, project, name }: PageData, status: HTMLElement): void {
  const news = new NewItems();
  let pause: ReturnType<typeof setTimeout> | null = null;
  let board: Board | null = null;
  const tell = () => {
    if (!board) return;
    const items = countsOf(board)?.items ?? 0;
    show(project, name, items);
    if (pause || !news.look(cardsOf(board), items)) return;
    // A new node each time: the same words again are spoken again.
    status.replaceChildren(items === 1 ? '1 item needs you' : `${items} items need you`);
    pause = setTimeout(() => {
      pause = null;
      tell();
    }, ANNOUNCE_MS);
  };
  const look = (now: Board | null) => {
    board = now;
    tell();
  };
  const following = live.follow(query, () => look(following.board));
  look(following.board);
  const calm = { ...query, page: undefined, only: query.only ?? ('items' as const) };
  let wake = () => {};
  whileVisible(
    () => wake(),
    () => {
      wake = live.rest(calm, look);
    },
  );
}

/** Which items were told of. Their number does not say: one that comes as another leaves is new. */
class NewItems {
  #known: ReadonlySet<string> | null = null;
  /** How many items the filter hid when last looked at. */
  #hidden = 0;

  /** Whether there is a new one since the last look; the first look only learns. */
  look(all: readonly Card[], items: number): boolean {
    const cards = all.filter(({ state }) => state === 'open' || state === 'going-out');
    const open = cards.filter(({ state }) => state === 'open').map(({ key }) => key);
    const hidden = items - open.length;
    const known = this.#known;
    const isNew = known !== null && (hidden > this.#hidden || open.some((key) => !known.has(key)));
    this.#hidden = hidden;
    // An answer that is taken back is no news; what wakes after a snooze is.
    const stays = ({ key, state }: (typeof cards)[number]) => state === 'open' || known?.has(key);
    this.#known = new Set(cards.filter(stays).map(({ key }) => key));
    return isNew;
  }
}

/** What is so already is not set again: an icon that is set flickers. */
function show(project: string, name: string, items: number): void {
  const title = titleFor(project, items, name);
  if (document.title !== title) document.title = title;
  const icon = document.querySelector<HTMLLinkElement>('link[rel=icon]');
  const url = faviconUrl(project, items);
  if (icon && icon.href !== url) icon.href = url;
  // Only where the page is installed; elsewhere it does nothing.
  void navigator.setAppBadge?.(items).catch(() => {});
}
