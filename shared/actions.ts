/**
 * What can be done to a work unit, and the procedure behind each: the last part of the path of a form, of a
 * script's call, and of the same form sent over the socket.
 */
export const ACTIONS = {
  answer: ['items', 'answer'],
  undo: ['items', 'undo'],
  withdraw: ['items', 'withdraw'],
  snooze: ['items', 'snooze'],
  wake: ['items', 'wake'],
  retry: ['units', 'retry'],
  close: ['units', 'close'],
  kill: ['units', 'kill'],
  interrupt: ['units', 'interrupt'],
  hold: ['units', 'hold'],
  release: ['units', 'release'],
  priority: ['units', 'prioritize'],
  edit: ['units', 'edit'],
  link: ['units', 'link'],
  unlink: ['units', 'unlink'],
  remove: ['units', 'remove'],
  report: ['units', 'report'],
  resolve: ['conflicts', 'resolve'],
  'remove-rule': ['policy', 'remove'],
  merge: ['work', 'merge'],
  comment: ['work', 'comment'],
  uncomment: ['work', 'uncomment'],
  prune: ['work', 'prune'],
  restore: ['work', 'restore'],
  forget: ['work', 'forget'],
} as const;

export type Action = keyof typeof ACTIONS;

export const isAction = (name: string): name is Action => Object.hasOwn(ACTIONS, name);

const NUMBERS = ['version', 'run', 'priority', 'minutes', 'line'];
const SWITCHES = ['unlink', 'all', 'override', 'kill', 'dry_run'];
const LINES = ['paths'];
/** Says what the form was drawn from; it makes the key of a form, and no procedure takes it. */
export const SEEN = 'seen';
/** May stand in a form more than once. */
export const REPEATED = ['option'];

/**
 * The fields of a form as the input of a procedure: `option` becomes `options`; numbers, switches and lists
 * of lines become what they mean. What the procedure does not know, it refuses.
 */
export function formInput(fields: ReadonlyMap<string, readonly string[]>): Record<string, unknown> {
  const entries = [...fields].filter(([name]) => name !== SEEN);
  return Object.fromEntries(
    entries.map(([name, values]) => [RENAMED.get(name) ?? name, meaning(name, values)]),
  );
}

/** A map, since a field may be called `constructor`. */
const RENAMED: ReadonlyMap<string, string> = new Map([
  ['option', 'options'],
  ['same', 'also'],
]);

/** Items and their versions, as the value of a box: "id 1,id 2". */
export const sameValue = (items: readonly { readonly id: string; readonly version: number }[]): string =>
  items.map(({ id, version }) => `${id} ${version}`).join(',');

const sameItems = (value: string): readonly { item: string; version: number }[] =>
  value
    .split(',')
    .filter((part) => part !== '')
    .map((part) => {
      const [item = '', version = ''] = part.split(' ');
      return { item, version: numberIn(version) };
    });

/** What is no number stays none, and is refused by name. */
export const numberIn = (value: string): number => (value.trim() === '' ? Number.NaN : Number(value));

function meaning(name: string, values: readonly string[]): unknown {
  const [value = ''] = values;
  if (REPEATED.includes(name)) return values;
  if (name === 'same') return sameItems(value);
  if (NUMBERS.includes(name)) return numberIn(value);
  if (SWITCHES.includes(name)) return value !== '' && value !== 'false';
  if (LINES.includes(name))
    return value
      .split('\n')
      .map((line) => line.trim())
      .filter((line) => line !== '');
  return value;
}
