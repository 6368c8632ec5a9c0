/** What the server has drawn: its elements, what they were drawn from, and the way back to it. */
import { setBasePath, under } from '../../shared/base-path.ts';
import type { PageData } from '../../shared/page-data.ts';
import type { Way } from '../link/connection.ts';

/** Throws where the page has no element with this id. */
export function element(id: string): HTMLElement {
  const found = document.getElementById(id);
  if (!found) throw new Error(`the page has no #${id}`);
  return found;
}

/** To be called before anything makes an address. */
export function takePageData(): PageData {
  const drawnFrom = element('page-data');
  setBasePath(drawnFrom.dataset.base ?? '');
  return JSON.parse(drawnFrom.textContent ?? '') as PageData;
}

/** How to reach whoever has drawn this page. */
export function wayBack(): Way {
  const home = location.origin + under('');
  return {
    socket: `${home.replace(/^http/, 'ws')}/trpc`,
    probe: `${home}/status`,
    polling: async () => (await import('../link/polling.ts')).pollingLink,
  };
}
