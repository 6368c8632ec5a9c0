/** The page of several projects, alive: the same elements as on that of one, and two for what only it shows. */
import { PROJECT_FORMS } from '../../shared/views/projects.ts';
import { AttentionQueue } from '../elements/attention-queue.ts';
import { BoardElement } from '../elements/board-element.ts';
import { draftsIn } from '../elements/drafts.ts';
import { takeOver } from '../elements/hydration.ts';
import { ItemSubmissions } from '../elements/item-submissions.ts';
import { OpenCards } from '../elements/open-cards.ts';
import { submitByKeys } from '../elements/submit-by-keys.ts';
import { Connection } from '../link/connection.ts';
import { LiveBoards } from '../link/live-boards.ts';
import { keepBadge, stayHere } from '../page/connection-badge.ts';
import { element, takePageData, wayBack } from '../page/drawn-page.ts';
import { keepKeys } from '../page/first-key.ts';
import { keepLooking } from '../page/looking.ts';
import { keepDrafts } from '../page/saved-drafts.ts';
import { keepCount } from '../page/tab-count.ts';
import { ProjectFilter } from './project-filter.ts';
import { ProjectGrids } from './project-grids.ts';
import { ProjectList } from './project-list.ts';

BoardElement.takeOver = takeOver;
AttentionQueue.forms = PROJECT_FORMS;
AttentionQueue.submissions = (...given) => new ItemSubmissions(...given);
AttentionQueue.openCards = (...given) => new OpenCards(...given);
customElements.define('attention-queue', AttentionQueue);
customElements.define('project-filter', ProjectFilter);
customElements.define('project-grids', ProjectGrids);
customElements.define('project-list', ProjectList);

/** Takes over what the server drew, then follows the hub. */
function start(): void {
  const data = takePageData();
  const { query, snapshot, zone, notices, pulses } = data;
  const live = new LiveBoards(null);
  live.prime(query, snapshot);
  const queue = document.querySelector<AttentionQueue>('attention-queue');
  const grids = document.querySelector<ProjectGrids>('project-grids');
  if (!queue || !grids) throw new Error('the page has no board');
  queue.notices = notices;
  queue.pulses = pulses;
  grids.pulses = pulses;
  grids.onPulses = (latest) => {
    queue.pulses = latest;
  };
  for (const each of [queue, grids]) each.join(live, query, zone);
  for (const each of document.querySelectorAll<BoardElement>('project-list, project-filter'))
    each.join(live, query, zone);
  addEventListener('keydown', submitByKeys);
  keepKeys({ single: /^[jkaszguq/?1-9]$/, load: async () => (await import('./keys.ts')).keyboard() });
  const connection = new Connection(wayBack());
  live.connect(connection);
  const lost = element('lost');
  keepBadge(
    element('badge'),
    lost,
    connection,
    () => live.newerBuild,
    () => draftsIn(document).size > 0,
  );
  stayHere(lost, connection);
  keepCount(live, data, element('announce'));
  // Their daemons notify by themselves.
  keepLooking(live);
  void keepDrafts(queue, connection);
}

start();
