import type { Finding } from '../../shared/offline.ts';

export const good = (what: string, sentence: string): Finding => ({ what, standing: 'good', sentence });
export const note = (what: string, sentence: string): Finding => ({ what, standing: 'note', sentence });
export const bad = (what: string, sentence: string): Finding => ({ what, standing: 'bad', sentence });
