/**
 * Who has said what to whom about one unit, as those involved would remember it: the operator what they answered, an
 * asker what it read and confirmed, a run what it found when it began. Knows nothing of how the daemon keeps it.
 */

export type By = 'agent' | 'terminal';

/** A card, and what became of it. */
export interface Entry {
  readonly id: string;
  readonly kind: 'question' | 'stuck' | 'review';
  readonly by: By;
  readonly words: string;
  readonly phase: number;
  state: 'open' | 'going out' | 'sent' | 'withdrawn';
  /** When it goes out. */
  due: number;
  option: string;
  /** What the operator wrote: nobody else ever writes the same. Empty: only an option. */
  text: string;
  /** Some run found it when it began. */
  found: boolean;
  /** Its asker confirmed it, or a run that found it when it began has ended well. */
  used: boolean;
}

/** Said to a run at work. */
interface Message {
  readonly text: string;
  used: boolean;
}

export class Book {
  readonly phases: number;
  readonly reviewed: ReadonlySet<number>;
  readonly entries: Entry[] = [];
  readonly messages: Message[] = [];
  finished = 0;
  over: '' | 'closed' | 'removed' = '';
  held = false;
  /** What the live run has read, now or when it began; null: none is live. */
  run: Set<string> | null = null;

  constructor(phases: number, reviewed: ReadonlySet<number>) {
    this.phases = phases;
    this.reviewed = reviewed;
  }

  get isDone(): boolean {
    return this.over === 'closed' || this.finished === this.phases;
  }

  get questions(): Entry[] {
    return this.entries.filter(({ kind }) => kind === 'question');
  }
  open(kind?: Entry['kind']): Entry[] {
    return this.entries.filter((each) => each.state === 'open' && (kind === undefined || each.kind === kind));
  }
  goingOut(): Entry[] {
    return this.entries.filter(({ state }) => state === 'going out');
  }
  /** What the operator wrote and nobody has used: it is owed to the next run. */
  owed(): string[] {
    const said = [...this.entries.filter(({ state }) => state === 'sent'), ...this.messages];
    return said.filter(({ text, used }) => text !== '' && !used).map(({ text }) => text);
  }
  /** Questions that are open, or whose answer has not been used. */
  unsettled(): Entry[] {
    return this.questions.filter(({ state, used }) => state !== 'withdrawn' && !used);
  }
  /** What somebody who asks this now has to find. */
  sameAs(words: string, by: By): Entry | undefined {
    return this.unsettled().find(
      (each) => each.words === words && each.phase === this.finished && (by === 'agent' || each.by === by),
    );
  }

  asked(id: string, kind: Entry['kind'], words: string, by: By): void {
    const fresh = { state: 'open', due: 0, option: '', text: '', found: false, used: false } as const;
    this.entries.push({ id, kind, words, by, phase: this.finished, ...fresh });
  }
  answered(entry: Entry, option: string, text: string, due: number): void {
    Object.assign(entry, { state: 'going out', option, text, due });
  }
  tookBack(entry: Entry): void {
    Object.assign(entry, { state: 'open', option: '', text: '', due: 0 });
  }

  /** What is due goes out, oldest card first. */
  timeIs(now: number): void {
    for (const entry of this.goingOut())
      if (entry.due <= now && entry.state === 'going out') this.sends(entry);
  }
  /** It is out, and has its effect. */
  sends(entry: Entry): void {
    entry.state = 'sent';
    if (entry.option === 'close') this.ends('closed');
    if (entry.option === 'approve') this.approved();
  }
  /** The last phase is not finished over a question whose answer nobody has used. */
  private approved(): void {
    if (this.finished + 1 < this.phases || this.unsettled().length === 0) this.finishes();
  }
  private finishes(): void {
    this.finished++;
    if (this.finished === this.phases) this.withdrawsAll();
  }
  ends(how: 'closed' | 'removed'): void {
    this.over = how;
    this.run = null;
    this.withdrawsAll();
  }
  private withdrawsAll(): void {
    for (const entry of this.entries)
      if (entry.state === 'open' || entry.state === 'going out') entry.state = 'withdrawn';
  }

  started(found: Iterable<string>): void {
    this.run = new Set(found);
    for (const entry of this.entries) if (this.run.has(entry.text)) entry.found = true;
  }
  /** Whether the phase is over but for a person who has to agree. */
  ended(isWell: boolean): 'finished' | 'up for review' | 'again' | 'badly' {
    const had = this.run ?? new Set();
    this.run = null;
    if (!isWell) return 'badly';
    for (const each of [...this.entries, ...this.messages]) if (had.has(each.text)) each.used = true;
    if (this.unsettled().length > 0) return 'again';
    if (this.reviewed.has(this.finished)) return 'up for review';
    this.finishes();
    return 'finished';
  }
}
