import type { Offline } from '../shared/offline.ts';
import { lookAtAgents, trust } from './agents/trust.ts';
import { examine } from './doctor.ts';

export const offline: Offline = { lookAtAgents, trust, examine };
