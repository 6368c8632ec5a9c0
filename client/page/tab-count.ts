/** Keeps the count of open items where it can be seen from elsewhere: the title, the icon, an installed application. */
import { countsOf } from '../../shared/board.ts';
import type { PageData } from '../../shared/page-data.ts';
import { faviconUrl, titleFor } from '../../shared/tab-title.ts';
import type { LiveBoards } from '../link/live-boards.ts';

const ANNOUNCE_MS = 5000;

/** New items are announced to screen readers in `status`, at most once in five seconds. */
export function keepCount(live: LiveBoards, { query, project, name }: PageData, status: HTMLElement): void {
  let told = -1;
  let pause: ReturnType<typeof setTimeout> | null = null;
  const tell = () => {
    const { board } = following;
    const items = (board && countsOf(board)?.items) ?? 0;
    show(project, name, items);
    if (told === -1 || items < told) told = items;
    if (items > told && !pause) {
      status.textContent = items === 1 ? '1 item needs you' : `${items} items need you`;
      told = items;
      pause = setTimeout(() => {
        pause = null;
        tell();
      }, ANNOUNCE_MS);
    }
  };
  const following = live.follow(query, tell);
  tell();
}

/** What is so already is not set again: an icon that is set flickers. */
function show(project: string, name: string, items: number): void {
  const title = titleFor(items, name);
  if (document.title !== title) document.title = title;
  const icon = document.querySelector<HTMLLinkElement>('link[rel=icon]');
  const url = faviconUrl(project, items);
  if (icon && icon.href !== url) icon.href = url;
  // Only where the page is installed; elsewhere it does nothing.
  void navigator.setAppBadge?.(items).catch(() => {});
}
