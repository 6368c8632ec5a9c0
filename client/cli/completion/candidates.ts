/** What can stand where the cursor is on a command line of signalbox. */
import type { Command, Option } from 'commander';
import { boardOf, type Card, type Cell, cardsOf, cellsOf, type Snapshot } from '../../../shared/board.ts';
import { collect } from '../commands/flags.ts';
import { homeFolder } from '../context/project.ts';
import { FILES } from './shell-scripts.ts';

/** Completion candidates for the last of `words`, which may be empty. */
export async function candidatesFor(
  program: Command,
  words: readonly string[],
  now: () => Promise<Snapshot>,
): Promise<string[]> {
  const place = placeOf(program, words);
  const wanted = wantedAt(place);
  const found = wanted === CHUNKS ? chunksFor(place, await now()) : wanted;
  if (found.includes(FILES)) return [FILES];
  return found.filter((each) => each.startsWith(place.typing)).map((each) => place.before + each);
}

/** The value of `--project`: candidates come from that project's daemon. */
export function projectIn(words: readonly string[]): string | undefined {
  const whole = joined(words);
  const at = whole.findIndex((word) => word === '--project' || word.startsWith('--project='));
  if (at < 0) return undefined;
  const folder = whole[at]?.split('=')[1] ?? whole[at + 1] ?? '';
  return folder.startsWith('~/') ? homeFolder() + folder.slice(1) : folder;
}

/** bash splits `--until=done` into three words; this joins them again. */
function joined(words: readonly string[]): string[] {
  const whole: string[] = [];
  for (const word of words) {
    const last = whole.at(-1) ?? '';
    const belongs = word === '=' || last.endsWith('=');
    if (belongs && last.startsWith('--')) whole[whole.length - 1] = last + word;
    else whole.push(word);
  }
  return whole;
}

interface Place {
  readonly command: Command;
  /** What has been given to the command so far, in order. */
  readonly operands: readonly string[];
  readonly options: readonly Option[];
  /** The option whose value is being typed. */
  readonly option: Option | null;
  /** After `--`, nothing is an option. */
  readonly isEnded: boolean;
  /** The text typed so far, and the part of the same shell word before it. */
  readonly typing: string;
  readonly before: string;
}

function placeOf(program: Command, words: readonly string[]): Place {
  const whole = joined(words);
  const last = whole.at(-1) ?? '';
  const place = whole.slice(0, -1).reduce(after, { ...NOWHERE, command: program });
  const [, name, value] = place.isEnded ? [] : (/^(--[a-z-]+)=(.*)$/s.exec(last) ?? []);
  if (name === undefined || value === undefined) return { ...place, typing: last };
  const isOneWord = words.at(-1) === last;
  return { ...place, option: optionOf(place, name), typing: value, before: isOneWord ? `${name}=` : '' };
}

const NOWHERE = { operands: [], options: [], option: null, isEnded: false, typing: '', before: '' };

/** The place after one more word. */
function after(place: Place, word: string): Place {
  const { command, operands } = place;
  if (place.option) return { ...place, option: null };
  if (!place.isEnded && word === '--') return { ...place, isEnded: true };
  if (!place.isEnded && word.startsWith('-')) return afterOption(place, word);
  const inner = operands.length === 0 && command.commands.find((each) => each.name() === word);
  return inner ? { ...place, command: inner } : { ...place, operands: [...operands, word] };
}

function afterOption(place: Place, word: string): Place {
  const option = optionOf(place, word.split('=')[0] ?? '');
  if (!option) return place;
  const waits = option.required && !word.includes('=');
  return { ...place, options: [...place.options, option], option: waits ? option : null };
}

const optionOf = ({ command }: Place, name: string): Option | null =>
  optionsOf(command).find(({ long, short }) => name === long || name === short) ?? null;

/** Options of the command and of its parents, which are accepted anywhere. */
const optionsOf = (command: Command): Option[] => [
  ...command.createHelp().visibleOptions(command),
  ...around(command).flatMap(({ options }) => options),
];

const around = ({ parent }: Command): Command[] => (parent ? [parent, ...around(parent)] : []);

const CHUNKS = 'chunks';

/** Candidates from the command definitions, or CHUNKS for names of units. */
function wantedAt(place: Place): readonly string[] | typeof CHUNKS {
  const { command, operands, option, typing, isEnded } = place;
  if (option) return valuesOf(option);
  if (typing.startsWith('-') && !isEnded) return flagsOf(place);
  if (command.commands.length > 0 && operands.length === 0) return namesOf(command);
  const { registeredArguments } = command;
  const last = registeredArguments.at(-1);
  const argument = registeredArguments[operands.length] ?? (last?.variadic ? last : undefined);
  if (!argument) return [];
  return argument.argChoices ?? (isChunk(argument.name()) && !makesOne(command) ? CHUNKS : []);
}

/** `add` takes a new name, so existing ones are no candidates. */
const makesOne = (command: Command): boolean => command.name() === 'add';

function valuesOf({ argChoices, flags, long }: Option): readonly string[] | typeof CHUNKS {
  const [, value = ''] = /<([^>]+)>/.exec(flags) ?? [];
  if (argChoices) return argChoices;
  if (['file', 'folder'].includes(value)) return [FILES];
  return isChunk(value) || long === '--chunk' ? CHUNKS : [];
}

const isChunk = (name: string): boolean => ['chunk', 'other', 'after'].includes(name);

/** Those that can still be given. */
const flagsOf = ({ command, options }: Place): string[] =>
  optionsOf(command)
    .filter((option) => !options.includes(option) || option.parseArg === collect)
    .map(({ long, short }) => long ?? short ?? '');

const namesOf = (command: Command): string[] =>
  command
    .createHelp()
    .visibleCommands(command)
    .map((each) => each.name());

/** The units for which the command makes sense, without those named already. */
function chunksFor({ command, operands, option }: Place, snapshot: Snapshot): string[] {
  const board = boardOf(snapshot);
  const fits = option ? undefined : FITTING[command.name()];
  const chunks = fits ? fits(cellsOf(board), cardsOf(board)) : cellsOf(board).map(({ chunk }) => chunk);
  return [...new Set(chunks)].filter((chunk) => !operands.includes(chunk));
}

type Fitting = (cells: readonly Cell[], cards: readonly Card[]) => string[];

const withItem =
  (state: Card['state']): Fitting =>
  (_, cards) =>
    cards.filter((card) => card.state === state).map(({ chunk }) => chunk);

const withCell =
  (holds: (cell: Cell) => boolean): Fitting =>
  (cells) =>
    cells.filter(holds).map(({ chunk }) => chunk);

const isRunning = withCell(({ status }) => status === 'RUNNING');

/** Commands that make sense for some units only. */
const FITTING: Readonly<Record<string, Fitting>> = {
  answer: withItem('open'),
  snooze: withItem('open'),
  withdraw: withItem('open'),
  wake: withItem('snoozed'),
  undo: withItem('going-out'),
  kill: isRunning,
  release: withCell(({ held }) => held),
  wait: withCell(({ status }) => status !== 'DONE'),
};
