/** Draws, in Node and with the daemon's own code, the pages that the browser tests bring to life. */

import type { TestRunnerPlugin } from '@web/test-runner';
import { dashboardPage, type PageInput } from '../../server/web/page.ts';

/** What a test asks for: rows and all, but neither files nor a clock. */
export type PageOrder = Omit<PageInput, 'assets' | 'now'>;

const NONE = null;
const ASSETS = {
  build: 'b1',
  script: '/no-script.js',
  style: '/client/page/style.css',
  embed: Buffer.alloc(0),
  worker: Buffer.alloc(0),
  description: Buffer.alloc(0),
  files: new Map(),
};

export const serverMarkup = (): TestRunnerPlugin<PageOrder> => ({
  name: 'server-markup',
  executeCommand({ command, payload }) {
    if (command !== 'render' || !payload) return undefined;
    return {
      html: dashboardPage({
        ...payload,
        assets: ASSETS,
        isSignedIn: false,
        failed: NONE,
        policyProblem: NONE,
        now: new Date(),
      }),
    };
  },
});
