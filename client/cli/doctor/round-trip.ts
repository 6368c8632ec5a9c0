/** Checks the way of a question from a run to the operator and back, with a unit made for it. */
import { boardOf, type Card, cardsOf } from '../../../shared/board.ts';
import { LOCAL } from '../../../shared/executor-words.ts';
import type { Daemon } from '../../daemon/daemon-client.ts';
import { ProgramError } from '../output/program-error.ts';
import { ALWAYS, step, TemporaryDaemon, type TriedDaemon } from './temporary-daemon.ts';

const QUESTION = 'Does the answer arrive?';
const ANSWER = 'It does.';
const COMMAND = `said=$(signalbox ask "${QUESTION}") && [ "$said" = "${ANSWER}" ]`;

/**
 * Adds a unit that asks, answers it, and waits for delivery, through the running daemon: so a fault that keeps its runs from asking
 * shows. `executor`: where the run is to work. Removes the unit afterwards. Returns the time in milliseconds; throws an error with a message for the user.
 */
export async function roundTripThrough(daemon: Daemon, executor = LOCAL): Promise<number> {
  const from = performance.now();
  const chunk = `doctor-${process.pid}-${Date.now().toString(36)}`;
  // High priority, so that it does not queue behind other units.
  await daemon.units.add.mutate({
    units: [{ chunk, title: TITLE, command: COMMAND, priority: 1000, executor }],
  });
  try {
    await walk(daemon, chunk, ALWAYS);
    return performance.now() - from;
  } finally {
    await daemon.units.remove.mutate({ chunk, kill: true }).catch(() => {});
  }
}

const TITLE = 'signalbox doctor tries whether runs can ask';

/**
 * The same without a running daemon: with a temporary one, so that nothing of the operator's is touched.
 */
export async function roundTrip(): Promise<number> {
  const from = performance.now();
  const daemon = await TemporaryDaemon.open(() => ({ env: process.env }));
  try {
    await daemon.calls.units.add.mutate({ units: [{ chunk: 'doctor', command: COMMAND }] });
    await walk(daemon.calls, 'doctor', daemon.asked);
  } finally {
    await daemon.close();
  }
  return performance.now() - from;
}

/** Waits until the unit asks, answers it, and waits until it ends. */
async function walk(daemon: Daemon, chunk: string, asked: TriedDaemon): Promise<void> {
  await step('A run did not get as far as asking: is "signalbox" found, and the socket?', asked, async () => {
    const [card] = cardsOf(boardOf(await daemon.board.now.query({ chunk })));
    if (!card) return false;
    if (card.prompt !== QUESTION)
      throw new ProgramError('failed', `A run could not ask. ${card.prompt} ${textsOf(card)}`.trim());
    await daemon.items.answer.mutate({ chunk, item: card.id, version: card.version, text: ANSWER });
    return true;
  });
  await step('The answer did not reach the run that asked.', asked, async () => {
    const { status, items } = await daemon.unit.query({ chunk });
    return status === 'DONE' && items[0]?.delivered_to === 1;
  });
}

/** What a run printed before it failed. */
const textsOf = ({ context }: Card): string => context.map(({ text }) => text).join(' ');
