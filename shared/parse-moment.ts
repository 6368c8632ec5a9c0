const ISO =
  /^(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d)(?::(\d\d)(?:[.,](\d{1,9}))?)?(?:Z|([+-])(\d\d)(?::?(\d\d))?)$/i;

/**
 * A moment as people write it, by ISO 8601: with `Z` or an offset, seconds or none; null: it is none. Without
 * an offset it would be another moment on another machine.
 */
export function parseMoment(text: string): string | null {
  const [, year, month, day, hour, minute, second = '00', part = '', sign, hours = '00', minutes = '00'] =
    ISO.exec(text.trim()) ?? [];
  if (year === undefined) return null;
  const local = `${year}-${month}-${day}T${hour}:${minute}:${second}`;
  const shown = Date.parse(`${local}Z`);
  // Dates that no month has would count into the next.
  const isReal = !Number.isNaN(shown) && new Date(shown).toISOString().startsWith(local);
  const offset = Number(hours) * 60 + Number(minutes);
  if (!isReal || Number(minutes) > 59 || offset > LARGEST_OFFSET_MIN) return null;
  const ms = Number(part.slice(0, 3).padEnd(3, '0'));
  return new Date(shown + ms - (sign === '-' ? -1 : 1) * offset * 60_000).toISOString();
}

/** The largest on earth is +14:00. */
const LARGEST_OFFSET_MIN = 14 * 60;
