import type { Snapshot } from '../../shared/board.ts';
import type { PageData } from '../../shared/page-data.ts';
import type { Query } from '../../shared/query.ts';

/** What a page is drawn from that shows no unit whole, no answer that was refused and no output. `name`: for its title. */
export const plainData = (
  { snapshot, project, now }: { readonly snapshot: Snapshot; readonly project: string; readonly now: Date },
  name: string,
  query: Query = { only: 'counts' },
): PageData => ({
  query,
  snapshot,
  pulses: {},
  zone: -now.getTimezoneOffset(),
  notices: {},
  project,
  name,
  detail: null,
});
