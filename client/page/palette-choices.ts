/** What the commands offer: pages, units, and what may be done to a unit as it is now. */
import type { Action } from '../../shared/actions.ts';
import type { Detail } from '../../shared/detail.ts';
import { STATUS_NAMES } from '../../shared/views/status-mark.ts';
import type { Status } from '../../shared/words.ts';
import type { Connection } from '../link/connection.ts';
import { deliver, newKey } from '../link/submit.ts';

export interface Choice {
  readonly label: string;
  readonly hint: string;
  readonly status?: Status;
  /** It cannot be undone: it arms. */
  readonly isFinal?: boolean;
  /** A path to go to; an act, which says what came of it; or what is offered next. */
  readonly does: string | (() => Promise<string>) | readonly Choice[];
}

const PAGES: readonly Choice[] = [
  { label: 'What needs you', hint: 'g q', does: '/#queue-heading' },
  { label: 'Work units', hint: 'g u', does: '/#grid-heading' },
  { label: 'Dependency picture', hint: 'g g', does: '/graph' },
  { label: 'New unit', hint: 'n', does: '/new' },
  { label: 'Settings', hint: '', does: '/settings' },
  { label: 'Keys, and how to turn them off', hint: '?', does: '/settings#keys' },
];

export const pages = (words: string): readonly Choice[] =>
  PAGES.filter(({ label }) => label.toLowerCase().includes(words.trim().toLowerCase()));

interface Found {
  readonly chunk: string;
  readonly title: string;
  readonly status: Status;
  readonly why: string;
}

export const unitChoice = ({ chunk, title, status, why }: Found, enter: () => Promise<string>): Choice => ({
  label: chunk,
  hint: [STATUS_NAMES[status].toLowerCase(), why || title].filter((part) => part !== '').join(' · '),
  status,
  does: enter,
});

export const actionsOn = (detail: Detail, connection: Connection): readonly Choice[] => [
  ...ways(detail),
  ...acts(detail, connection),
];

function ways({ chunk, status, work, runs, items }: Detail): readonly Choice[] {
  const unit = `/work-units/${chunk}`;
  const run = runs.at(-1);
  const item = items.find(({ state }) => state === 'open');
  const hint = STATUS_NAMES[status].toLowerCase();
  return [
    { label: `Open ${chunk}`, hint, status, does: unit },
    ...(item ? [{ label: `Answer: ${item.prompt}`, hint: item.kind, does: `${unit}#item-${item.id}` }] : []),
    ...(work?.snapshot ? [{ label: 'Changes, line by line', hint: '', does: `${unit}/diff` }] : []),
    ...(run
      ? [{ label: `Output of run ${run.number}`, hint: run.said, does: `${unit}/runs/${run.number}` }]
      : []),
    { label: 'Show in the dependency picture', hint: '', does: `/graph?unit=${chunk}` },
  ];
}

function acts(detail: Detail, connection: Connection): readonly Choice[] {
  const { chunk, status, held, live, priority, retry_due } = detail;
  if (status === 'DONE') return [];
  const act = (label: string, action: Action, more: object, said: string): Choice => ({
    label,
    hint: '',
    does: async () => {
      const input = { chunk, ...more, key: newKey() };
      await deliver(connection, { item: '', action, input, words: null });
      return said;
    },
  });
  const prioritize = (label: string, to: number): Choice[] =>
    Math.abs(to) > 1000
      ? []
      : [
          {
            ...act(label, 'priority', { priority: to }, `Priority of ${chunk}: ${to}.`),
            hint: `${priority} → ${to}`,
          },
        ];
  const hold = act('Hold', 'hold', {}, `${chunk} is held.`);
  const release = act('Release', 'release', {}, `${chunk} is released.`);
  const retry = act('Try again now', 'retry', {}, `${chunk} is tried again.`);
  return [
    held ? release : { ...hold, hint: 'before its next phase' },
    ...(retry_due === null ? [] : [retry]),
    ...prioritize('Raise priority', priority + 1),
    ...prioritize('Lower priority', priority - 1),
    ...(live === null || detail.external
      ? []
      : [confirmed(act(`Stop run ${live}`, 'kill', { run: live }, `Run ${live} is stopped.`))]),
  ];
}

/** What cannot be undone is asked once more. */
function confirmed(choice: Choice): Choice {
  const no = { label: 'No', hint: 'back', does: async () => '' };
  const sure = { ...choice, label: `${choice.label} and hold the unit`, hint: 'now', isFinal: true };
  return { ...choice, hint: 'asks once more', does: [no, sure] };
}
