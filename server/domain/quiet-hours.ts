/** Quiet hours by the clock on the wall of a time zone, so that a change to summer time needs no rule of its own. */
import type { QuietHours } from '../../shared/notify-words.ts';

const TIME = '([01][0-9]|2[0-3]):[0-5][0-9]';
const QUIET = new RegExp(`^(${TIME})\\s*[-–]\\s*(${TIME})(?:[ @]+(\\S+))?$`);

export const QUIET_RULE =
  'Two local times and a time zone, as in "22:00-07:00 Europe/Berlin", or "off". Without a zone: the one of this machine.';

/** `22:00-07:00 Europe/Berlin`; null: there are none ("off", or nothing); undefined: it is not understood. */
export function parseQuiet(text: string): QuietHours | null | undefined {
  const said = text.trim();
  if (said === '' || said === 'off') return null;
  const [, from = '', , to = '', , given] = QUIET.exec(said) ?? [];
  const zone = given ?? Intl.DateTimeFormat().resolvedOptions().timeZone;
  return from === '' || from === to || !isZone(zone) ? undefined : { from, to, zone };
}

function isZone(zone: string): boolean {
  try {
    clockOf(zone);
    return true;
  } catch {
    return false;
  }
}

/** Making a formatter takes long; there are few zones. */
const clocks = new Map<string, Intl.DateTimeFormat>();
const MOST_CLOCKS = 100;

function clockOf(zone: string): Intl.DateTimeFormat {
  const known = clocks.get(zone);
  if (known) return known;
  const clock = new Intl.DateTimeFormat('en-GB', {
    timeZone: zone,
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
  });
  if (clocks.size >= MOST_CLOCKS) clocks.clear();
  clocks.set(zone, clock);
  return clock;
}

/** `at`: milliseconds since 1970. The minute of `from` is quiet, that of `to` is not. */
export function isQuiet(quiet: QuietHours | null, at: number): boolean {
  if (quiet === null) return false;
  const { from, to, zone } = quiet;
  const time = clockOf(zone).format(at);
  return from < to ? from <= time && time < to : from <= time || time < to;
}
