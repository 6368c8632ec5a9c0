import type { Offline } from '../shared/offline.ts';
import { changeOrigins, doorOf, setLimit } from './access/at-terminal.ts';
import { lookAtAgents, trust } from './agents/trust.ts';
import { examine } from './doctor.ts';
import { livingHolder } from './holder.ts';
import { makeStateFolder } from './state-folder.ts';

export const offline: Offline = {
  lookAtAgents,
  trust,
  examine,
  doorOf,
  changeOrigins,
  setLimit,
  livingHolder,
  makeStateFolder,
};
