/** How long ago: "12 s", "3 min", "2 h 5 min", "4 d". */
export function ageOf(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  const minutes = Math.floor(seconds / 60);
  const hours = Math.floor(minutes / 60);
  if (minutes === 0) return `${seconds} s`;
  if (hours === 0) return `${minutes} min`;
  if (hours < 24) return `${hours} h ${minutes % 60} min`;
  return `${Math.floor(hours / 24)} d`;
}

/** What a moment means: since when somebody waits, something runs, …; `left`, `until`: a future moment. */
export type AgeKind = 'waits' | 'for' | 'done' | 'ago' | 'silent' | 'left' | 'until';

const MINUTE = 60_000;
/** A run without a new line for this long is called silent. */
const SILENT_MS = 5 * MINUTE;

/** An age in words: "waits 3 min". Empty: there is nothing to say yet. */
export function ageWords(kind: AgeKind | undefined, ms: number): string {
  switch (kind) {
    case undefined:
      return ageOf(ms);
    case 'ago':
      return `${ageOf(ms)} ago`;
    case 'done':
      return `done ${ageOf(ms)} ago`;
    case 'silent':
      return ms < SILENT_MS ? '' : `silent for ${ageOf(ms)}`;
    case 'left':
      return `${Math.max(0, Math.ceil(-ms / 1000))} s`;
    case 'until':
      return ms < 0 ? `${ageOf(-ms)} more` : 'no longer';
    default:
      return `${kind} ${ageOf(ms)}`;
  }
}

/** How an age looks: under ten minutes, to an hour, beyond. */
export type AgeLevel = 'new' | 'old' | 'due';

export function ageLevel(ms: number): AgeLevel {
  if (ms < 10 * MINUTE) return 'new';
  return ms < 60 * MINUTE ? 'old' : 'due';
}
