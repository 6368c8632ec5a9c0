/** How the page stands, for those who see it and for those who do not. Loaded after the first paint. */
import type { PageData } from '../../shared/page-data.ts';
import type { Connection } from '../link/connection.ts';
import type { LiveBoards } from '../link/live-boards.ts';
import { keepBadge } from './connection-badge.ts';
import { watchPage } from './notifications.ts';
import { keepCount } from './tab-count.ts';

/** Until then the page says as of when it is, with the count of its time. */
export function keepStatus(
  live: LiveBoards,
  data: PageData,
  connection: Connection,
  element: (id: string) => HTMLElement,
): void {
  keepBadge(element('badge'), element('lost'), connection, () => live.newerBuild);
  keepCount(live, data, element('announce'));
  watchPage(connection);
}
