/** Makes the parts that all listeners share. */
import { fileURLToPath } from 'node:url';
import type { StatePaths } from '../../shared/state-paths.ts';
import type { AccessFile } from '../access/access-file.ts';
import type { PolicySource } from '../api/procedures.ts';
import { appRouter } from '../api/router.ts';
import { newsAsText } from '../api/streams.ts';
import { BoardFeed } from '../board/board-feed.ts';
import { type Encode, SharedBoards } from '../board/shared-boards.ts';
import { pathFor } from '../runs/environment.ts';
import type { Storage } from '../store/storage.ts';
import type { Store } from '../store/store.ts';
import { consoleLog } from '../system/log.ts';
import { readAssets } from '../web/assets.ts';
import type { HttpParts } from '../web/http.ts';
import { routes } from '../web/routes.ts';
import { textFrame } from '../web/text-frame.ts';
import { gateParts } from './gate-parts.ts';
import { Metrics } from './metrics.ts';
import { monitoringOf } from './monitoring.ts';

/** What exists before the daemon serves. */
export interface ServedParts {
  readonly store: Store;
  readonly storage: Storage;
  readonly door: AccessFile;
  readonly policy: PolicySource;
}

type Daemon = Pick<
  HttpParts['context'],
  'about' | 'access' | 'pulses' | 'lookAtClock' | 'stop' | 'worktrees' | 'notify' | 'carry'
>;

export function httpParts(
  state: StatePaths,
  { store, storage, door, policy }: ServedParts,
  daemon: Daemon,
): HttpParts {
  const assets = readAssets(fileURLToPath(new URL('./assets/', import.meta.url)));
  const boardFeed = new BoardFeed(store, assets.build);
  const metrics = new Metrics({ store, boardFeed, viewers: () => boards.viewers });
  const boards = new SharedBoards(boardFeed, store.epoch, asFrame, metrics);
  const monitoring = monitoringOf(storage, metrics);
  return {
    ...gateParts(state, store, door, daemon.access.limits),
    assets,
    context: {
      ...daemon,
      store,
      policy,
      boardFeed,
      boards,
      runs: state.runs,
      path: pathFor(state.bin, process.env),
      log: consoleLog,
    },
    router: appRouter,
    routes: (parts) => routes(parts, monitoring),
  };
}

const asFrame: Encode = (...news) => textFrame(newsAsText(...news));
