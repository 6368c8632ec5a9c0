/** Keeps the relative times on the page current: "5 min ago". */
import { type AgeKind, ageLevel, ageWords } from '../../shared/age.ts';

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const DAY = 24 * 60 * MINUTE;

/** An element, or the shadow root of one. */
type Part = Element | DocumentFragment;

/** The text shown for a moment, and the period for which it holds: a clock may be set back. */
interface Told {
  readonly moment: string;
  readonly from: number;
  readonly until: number;
}

/** Same as `toLocaleString`, which would build a formatter per call. */
const WRITTEN = new Intl.DateTimeFormat(undefined, {
  year: 'numeric',
  month: 'numeric',
  day: 'numeric',
  hour: 'numeric',
  minute: 'numeric',
  second: 'numeric',
});

/**
 * Keeps `<time>` elements relative: "3 min" instead of a date. The text node that the view made is changed
 * in place, because the view still owns it. There may be hundreds: one whose text stays the same is skipped until it
 * changes.
 */
export function keepTimes(root: Part): () => void {
  const told = new WeakMap<HTMLTimeElement, Told>();
  const tell = (parts: Iterable<Part>) => {
    const now = Date.now();
    for (const time of timesIn(parts)) {
      const last = told.get(time);
      if (last && last.from <= now && last.until > now && last.moment === time.dateTime) continue;
      told.set(time, { moment: time.dateTime, from: now, until: tellOne(time, now) });
    }
  };
  const tellAll = () => tell([root]);
  const timer = setInterval(tellAll, SECOND);
  const observer = new MutationObserver((records) => tell(new Set(records.flatMap(changedParts))));
  observer.observe(root, { childList: true, subtree: true, attributeFilter: ['datetime'] });
  tellAll();
  return () => {
    clearInterval(timer);
    observer.disconnect();
  };
}

/** Roots in which a change may have added a time. */
const changedParts = ({ type, target, addedNodes }: MutationRecord): Element[] =>
  (type === 'attributes' ? [target] : [...addedNodes]).filter((node) => node instanceof Element);

function* timesIn(parts: Iterable<Part>): Iterable<HTMLTimeElement> {
  for (const part of parts) {
    if (part instanceof HTMLTimeElement) yield part;
    yield* part.querySelectorAll('time');
  }
}

/** Until when its text holds. */
function tellOne(time: HTMLTimeElement, now: number): number {
  const at = Date.parse(time.dateTime);
  if ('fixed' in time.dataset || Number.isNaN(at)) return Number.POSITIVE_INFINITY;
  const text = [...time.childNodes].find((node) => node.nodeType === Node.TEXT_NODE);
  const title = WRITTEN.format(at);
  if (time.title !== title) time.title = title;
  const kind = time.dataset.as as AgeKind | undefined;
  const words = ageWords(kind, now - at);
  if (text && text.nodeValue !== words) text.nodeValue = words;
  const level = kind === 'waits' || kind === 'silent' ? ageLevel(now - at) : '';
  if (time.dataset.age !== level && level !== '') time.dataset.age = level;
  return at > now ? now : holdsUntil(at, now);
}

/** When the words for its age change. */
function holdsUntil(at: number, now: number): number {
  const age = Math.max(0, now - at);
  const step = age < MINUTE ? SECOND : age < DAY ? MINUTE : DAY;
  return at + (Math.floor(age / step) + 1) * step;
}
