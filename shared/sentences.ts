/** How facts read. The same words on every door. */
import type { Event, Item, Outcome } from './words.ts';

/** What was answered, in words: the labels of the chosen options, then the text. */
export function saidWords(item: Pick<Item, 'answer' | 'options'>): string {
  if (!item.answer) return '';
  const { options, text } = item.answer;
  const labels = options.map((id) => item.options.find((option) => option.id === id)?.label ?? id);
  return [labels.join(', '), text].filter((part) => part !== '').join(': ');
}

/** How a run ended, to stand after "Run 3". */
export function outcomeWords(outcome: Outcome): string {
  switch (outcome.how) {
    case 'exited':
      return outcome.code === 0 ? 'ended well' : `failed with exit code ${outcome.code}`;
    case 'vanished':
      return 'vanished: its processes are gone and nothing says how it ended';
    case 'never-began':
      return `never began: ${outcome.reason}`;
  }
}

/** An event as a line of a unit's history. */
export function eventWords(event: Event, items: readonly Item[]): string {
  const prompt = (id: string) => items.find((item) => item.id === id)?.prompt ?? 'an item';
  switch (event.type) {
    case 'unit.added':
      return 'added';
    case 'unit.closed':
      return `closed: ${event.data.reason}`;
    case 'dependency.met':
      return `no longer waits for ${event.data.on}, which is done`;
    case 'phase.finished':
      return `finished ${event.data.phase}`;
    case 'run.started':
      return `started run ${event.data.number} (${event.data.phase}, ${event.data.agent})`;
    case 'run.spawned':
      return `run ${event.data.number} is process ${event.data.pid}`;
    case 'run.ended':
      return `run ${event.data.number} ${outcomeWords(event.data.outcome)}`;
    case 'item.asked':
      return `asked: ${event.data.prompt}`;
    case 'item.attached':
      return `run ${event.data.run} asked again: ${prompt(event.data.id)}`;
    case 'item.changed':
      return `changed the question: ${event.data.prompt}`;
    case 'item.answered':
      return `answered “${prompt(event.data.id)}”: ${saidWords({ answer: event.data.answer, options: optionsOf(event.data.id, items) })}`;
    case 'item.reopened':
      return `took the answer back: ${prompt(event.data.id)}`;
    case 'item.released':
      return `the answer went out: ${prompt(event.data.id)}`;
    case 'item.delivered':
      return `run ${event.data.run} got the answer: ${prompt(event.data.id)}`;
    case 'item.withdrawn':
      return `withdrawn (${event.data.why}): ${prompt(event.data.id)}`;
  }
}

const optionsOf = (id: string, items: readonly Item[]) => items.find((item) => item.id === id)?.options ?? [];
