/** The functions that the terminal calls in its own process, without a daemon. */
import type { Offline } from '../../shared/offline.ts';
import { knownAgents } from '../agents/acp-definition.ts';
import { lookAtAgents, trust } from '../agents/trust.ts';
import { writeExecutors } from '../executors/executors-file.ts';
import { livingDaemons, livingHolder } from '../system/daemon-holder.ts';
import { makeStateFolder } from '../system/state-folder.ts';
import { changeOrigins, doorOf, setLimit } from './access-file-commands.ts';
import {
  backUpDatabase,
  checkDatabase,
  copyDatabase,
  diskUse,
  exportLog,
  importLog,
  restoreDatabase,
} from './database-commands.ts';
import { examine, policyFile } from './doctor.ts';
import { readOptions } from './options.ts';

export const offline: Offline = {
  lookAtAgents,
  knownAgents,
  trust,
  examine,
  setExecutors: (paths, text) => writeExecutors(paths, text).executors.map(({ name }) => name),
  doorOf,
  policyFile,
  changeOrigins,
  setLimit,
  backUpDatabase,
  restoreDatabase,
  checkDatabase,
  copyDatabase,
  diskUse,
  exportLog,
  importLog,
  livingDaemons,
  livingHolder,
  makeStateFolder,
  checkStart: (argv) => void readOptions(argv),
};
