/** What the keys of the page do, for its list of keys. */

export interface KeyLine {
  readonly keys: readonly string[];
  readonly does: string;
  /** On the page of several projects there is no such thing. */
  readonly isOfOneProject?: true;
}

/** Keys without Ctrl or ⌘: they count outside of fields only, and can be turned off. */
const SINGLE_KEYS: readonly KeyLine[] = [
  { keys: ['j', 'k'], does: 'to the next or the previous item or unit' },
  { keys: ['Enter'], does: 'open or close the item, or open the unit' },
  { keys: ['1', '9'], does: 'choose the first to ninth option of the item' },
  { keys: ['a'], does: 'answer the item in words' },
  { keys: ['s'], does: 'snooze the item' },
  { keys: ['z'], does: 'undo the answer that was sent last' },
  { keys: ['/'], does: 'find and filter' },
  { keys: ['n'], does: 'new unit', isOfOneProject: true },
  { keys: ['g', 'q'], does: 'go to what needs you' },
  { keys: ['g', 'u'], does: 'go to the work units' },
  { keys: ['g', 'g'], does: 'go to the dependency picture', isOfOneProject: true },
  { keys: ['?'], does: 'this list' },
];

const HELD_KEYS: readonly KeyLine[] = [
  {
    keys: ['Ctrl-K', '⌘-K'],
    does: 'commands: go to a unit or a page, act on a unit',
    isOfOneProject: true,
  },
  { keys: ['Ctrl-Enter', '⌘-Enter'], does: 'send what is typed' },
];

/** On the page of one project. */
export const KEYS: readonly KeyLine[] = [...SINGLE_KEYS, ...HELD_KEYS];

/** On the page of several. */
export const KEYS_OF_SEVERAL: readonly KeyLine[] = KEYS.filter(({ isOfOneProject }) => !isOfOneProject);
