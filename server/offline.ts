import type { Offline } from '../shared/offline.ts';
import { lookAtAgents, trust } from './agents/trust.ts';

export const offline: Offline = { lookAtAgents, trust };
