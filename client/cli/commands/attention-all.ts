/** `signalbox attention --all`: what needs the operator in all projects whose daemons run on this machine. */
import { boardOf, type Card, cardsOf, inOrder } from '../../../shared/board.ts';
import type { LivingDaemon } from '../../../shared/offline.ts';
import type { Query } from '../../../shared/query.ts';
import { stateHome } from '../../../shared/state-paths.ts';
import { overHttp } from '../../daemon/daemon-client.ts';
import { loadOffline } from '../context/load-offline.ts';
import { homeFolder } from '../context/project.ts';
import { cardText } from '../output/listing.ts';
import { print, printJson, tell } from '../output/terminal-output.ts';
import { type FilterFlags, queryFrom } from './filter-flags.ts';

interface FoundCard {
  readonly project: string;
  readonly card: Card;
}

/** A daemon that is slower than this is left out, and named. */
const ANSWER_MS = 5000;

export async function attentionAll(flags: FilterFlags & { json?: boolean }): Promise<void> {
  const query = { ...queryFrom(flags), only: 'items' } as const;
  const daemons = (await loadOffline()).livingDaemons(stateHome(process.env, homeFolder()));
  const found = (await Promise.all(daemons.map((each) => cardsIn(each, query)))).flat();
  const merged = found.sort(byOrder);
  if (flags.json) return printJson(merged);
  const open = merged.filter(({ card }) => card.state === 'open');
  const texts = open.map(({ project, card }) => cardText(card, project));
  await print(texts.length === 0 ? 'Nothing needs you.' : texts.join('\n\n'));
}

async function cardsIn({ living, socket }: LivingDaemon, query: Query): Promise<FoundCard[]> {
  const { project } = living;
  try {
    const signal = AbortSignal.timeout(ANSWER_MS);
    const snapshot = await overHttp(socket).board.now.query(query, { signal });
    return cardsOf(boardOf(snapshot)).map((card) => ({ project, card }));
  } catch {
    tell(`${project} is left out: its daemon (pid ${living.pid}) does not answer.`);
    return [];
  }
}

const byOrder = (a: FoundCard, b: FoundCard): number =>
  inOrder(a.card, b.card) || (a.project < b.project ? -1 : 1);
