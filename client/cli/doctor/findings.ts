/** Makes the findings that `signalbox doctor` prints. */
import type { Finding } from '../../../shared/offline.ts';

export const good = (what: string, message: string): Finding => ({ what, status: 'good', message });
export const note = (what: string, message: string): Finding => ({ what, status: 'note', message });
export const bad = (what: string, message: string): Finding => ({ what, status: 'bad', message });
