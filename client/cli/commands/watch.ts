import { afterMessage, type Board, type BoardMessage, type Card, countsOf } from '../../../shared/board.ts';
import { saidWords } from '../../../shared/sentences.ts';
import { type Daemon, overHttp } from '../../daemon/daemon-client.ts';
import { followUntil } from '../../daemon/follow-until.ts';
import { overSocket } from '../../daemon/streaming-client.ts';
import { tellSilence } from '../output/explain-error.ts';
import { cardText, statusWords } from '../output/listing.ts';
import { oneLine, print, printJson, styled, tell } from '../output/terminal-output.ts';

/** Prints a line per change until interrupted, across restarts of the daemon. */
export async function watch(socketPath: string, json: boolean): Promise<void> {
  await overHttp(socketPath).status.query();
  let wasOpen = false;
  const { daemon } = overSocket(socketPath, {
    onSilence: tellSilence,
    onChange: (open) => {
      if (!open && wasOpen) tell('connection lost; coming back …');
      if (open && !wasOpen && seen) tell('connected again.');
      wasOpen = open;
    },
  });
  let seen: Board | null = null;
  await forever(daemon, (message) => {
    const before = seen;
    const after = afterMessage(before, message);
    if (!after) return;
    seen = after;
    if (json) void printJson(message);
    else for (const line of before ? changes(before, after) : beginning(after)) void print(line);
  });
}

const forever = (daemon: Daemon, onMessage: (message: BoardMessage) => void): Promise<never> =>
  followUntil<{ data: BoardMessage }, never>(
    (handlers) => daemon.board.follow.subscribe({}, handlers),
    ({ data }) => {
      onMessage(data);
      return undefined;
    },
  );

function beginning(board: Board): string[] {
  const counts = countsOf(board);
  const parts = Object.entries(counts?.units ?? {}).filter(([, count]) => count > 0);
  const units = parts.map(([status, count]) => `${count} ${status.toLowerCase().replace('_', ' ')}`);
  const cards = [...board.rows.values()].filter((row) => row.row === 'item');
  return [line('', units.join(', ') || 'no units'), ...cards.map((card) => cardText(card))];
}

function changes(before: Board, after: Board): string[] {
  const lines: string[] = [];
  for (const [key, row] of after.rows) {
    const was = before.rows.get(key);
    if (was === row) continue;
    if (row.row === 'item') lines.push(...cardNews(was?.row === 'item' ? was : null, row));
    else if (
      row.row === 'unit' &&
      (was?.row !== 'unit' || was.status !== row.status || was.phase !== row.phase)
    )
      lines.push(
        line(row.chunk, [statusWords(row.status), row.phase, oneLine(row.why)].filter(Boolean).join(' · ')),
      );
  }
  for (const [key, row] of before.rows)
    if (row.row === 'item' && !after.rows.has(key))
      lines.push(line(row.chunk, `no longer waits: ${oneLine(row.prompt)}`));
  return lines;
}

function cardNews(was: Card | null, card: Card): string[] {
  if (card.state === 'going-out') return [line(card.chunk, `going out: ${oneLine(saidWords(card))}`)];
  if (was && was.version === card.version && was.state === card.state) return [];
  return [cardText(card)];
}

const line = (chunk: string, what: string): string =>
  [styled('dim', new Date().toTimeString().slice(0, 8)), styled('bold', chunk), what]
    .filter((part) => part !== '')
    .join('  ');
