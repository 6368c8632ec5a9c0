/** What every page loads right after its first script, beside the connection: until then it says as of when it is. */
import type { PageData } from '../../shared/page-data.ts';
import type { LiveBoards } from '../link/live-boards.ts';
import { keepBadge, stayHere } from './connection-badge.ts';
import { watchPage } from './notifications.ts';
import { keepCount } from './tab-count.ts';

export { defineConnected, joinUnits } from '../elements/connected-parts.ts';

/** `element` finds what every page has; `holdsWords` says whether something is typed and not sent. */
export function keepPage(
  live: LiveBoards,
  data: PageData,
  element: (id: string) => HTMLElement,
  holdsWords: () => boolean,
): void {
  const lost = element('lost');
  keepBadge(element('badge'), lost, live.connection, () => live.newerBuild, holdsWords);
  stayHere(lost, live.connection);
  keepCount(live, data, element('announce'));
  watchPage(live);
}
