/** Formats lists of units and items for the terminal. */
import { ageOf, ageWords } from '../../../shared/age.ts';
import { boardOf, type Card, type Cell, cardsOf, cellsOf, type Snapshot } from '../../../shared/board.ts';
import type { Detail, ItemLine } from '../../../shared/detail.ts';
import { projectName } from '../../../shared/tab-title.ts';
import { deliveryWords, phaseCount } from '../../../shared/unit-sentences.ts';
import { moneyWords, NO_USAGE, usageDetailWords, usageWords } from '../../../shared/usage-words.ts';
import { STATUSES, type Status } from '../../../shared/words.ts';
import { indented, oneLine, type Style, styled, table } from './terminal-output.ts';

const STYLES: Readonly<Record<Status, Style>> = {
  RUNNING: 'cyan',
  NEEDS_ATTENTION: 'yellow',
  READY: 'bold',
  BLOCKED: 'dim',
  DONE: 'green',
};

export const statusWords = (status: Status): string => status.toLowerCase().replace('_', ' ');

const age = (moment: string): string => ageOf(Date.now() - Date.parse(moment));

/** All units, by status. */
export function unitList(snapshot: Snapshot): string {
  const cells = cellsOf(boardOf(snapshot));
  const sorted = STATUSES.flatMap((status) => cells.filter((cell) => cell.status === status));
  if (sorted.length === 0) return 'No units.';
  const hasUsage = sorted.some(({ usage }) => usage !== null);
  return table(
    sorted.map((cell) => unitLine(cell, hasUsage)),
    (row, column, cell) => (column === 0 ? styled(STYLES[sorted[row]?.status ?? 'READY'], cell) : cell),
  );
}

const unitLine = (cell: Cell, hasUsage: boolean): string[] => [
  statusWords(cell.status),
  cell.chunk,
  phaseWords(cell),
  age(cell.since),
  ...(hasUsage ? [cell.usage === null ? '' : usageWords(cell.usage)] : []),
  oneLine(cell.why || cell.title),
];

function phaseWords(cell: Cell): string {
  const count = phaseCount(cell);
  return count ? `${cell.phase} ${count.at}/${count.of}` : cell.phase;
}

/** The queue in order, with the options of each item. */
export function attentionList(snapshot: Snapshot): string {
  const cards = cardsOf(boardOf(snapshot)).filter(({ state }) => state === 'open');
  if (cards.length === 0) return 'Nothing needs you.';
  return cards.map((card) => cardText(card)).join('\n\n');
}

/** `project`: the folder of its project, where the list is of several. */
export function cardText(card: Card, project = ''): string {
  const head = [card.kind, `waiting ${age(card.asked_at)}`, card.unblocks].filter((part) => part !== '');
  const name = project === '' ? '' : `${oneLine(projectName(project))} · `;
  const lines = [`${name}${styled('yellow', card.chunk)}  ${head.join(' · ')}`, indented(card.prompt, '  ')];
  for (const { label, text } of card.context) lines.push(`  ${oneLine(label)}:`, indented(text, '    '));
  const wait = waitText(card);
  if (wait !== '') lines.push(`  ${wait}`);
  for (const option of card.options) lines.push(`  [${option.id}] ${oneLine(option.label)}`);
  const flag = project === '' ? '' : `--project ${oneLine(project)} `;
  lines.push(styled('dim', `  signalbox ${flag}answer ${card.chunk} --item ${card.id} ${hint(card)}`));
  return lines.join('\n');
}

/** How long the asker of an open item waits. Empty: it is not known. */
function waitText({ wait }: Pick<Card, 'wait'>): string {
  if (wait === null) return '';
  const still = ageWords('until', Date.now() - Date.parse(wait.until));
  return `${oneLine(wait.who)} waits ${still}. ${wait.after}`;
}

const hint = ({ options }: Card): string => (options[0] ? `--option ${options[0].id}` : '"…"');

/** Everything about one unit. */
export function unitText(detail: Detail): string {
  const why = detail.why === '' ? '' : ` · ${oneLine(detail.why)}`;
  const lines = [
    `${styled('bold', detail.chunk)}  ${styled(STYLES[detail.status], statusWords(detail.status))} for ${age(detail.since)}${why}`,
  ];
  if (detail.title !== '') lines.push(oneLine(detail.title));
  if (detail.goal !== '') lines.push(indented(detail.goal, '  '));
  for (const { phase, state, command } of detail.steps)
    lines.push(`  ${phase} (${state}): ${oneLine(command ?? detail.agent ?? 'done elsewhere')}`);
  for (const { chunk, state } of detail.after) lines.push(`  waits for ${chunk} (${state})`);
  if (detail.before.length > 0) lines.push(`  unblocks ${detail.before.join(', ')}`);
  const { usage, budget } = detail;
  if (usage !== null || budget !== null)
    lines.push(
      `  used ${usageDetailWords(usage ?? NO_USAGE)}${budget === null ? '' : `, of ${moneyWords(budget)}`}`,
    );
  for (const run of detail.runs)
    lines.push(
      `  run ${run.number} ${run.phase}${run.executor === null ? '' : ` on ${run.executor}`}: ${run.said}${run.usage ? `, ${usageWords(run.usage)}` : ''}`,
    );
  for (const item of detail.items) {
    lines.push(`  ${item.kind} ${item.state}: ${oneLine(item.prompt)}${answerText(item)}`);
    const wait = waitText(item);
    if (wait !== '') lines.push(`    ${wait}`);
  }
  return lines.join('\n');
}

function answerText(item: ItemLine): string {
  const way = deliveryWords(item);
  const said = item.said === '' ? '' : ` → ${oneLine(item.said)}`;
  return way === '' ? said : `${said} (${way})`;
}
