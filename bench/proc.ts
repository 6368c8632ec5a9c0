/** What the kernel says of a process, by proc(5). */
import { readFileSync } from 'node:fs';

/** Clock ticks a second, which Linux promises to programs whatever its own are. */
const TICKS = 100;

/** Time on a processor so far, of all its threads; in milliseconds, to the nearest 10. */
export function cpuOf(pid: number): number {
  const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
  // The name of the program may hold spaces and brackets.
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  return ((Number(fields[11]) + Number(fields[12])) * 1000) / TICKS;
}

/** A field of its status, `VmRSS` and the like, in KiB. */
export function memoryOf(pid: number, field: string): number {
  const text = readFileSync(`/proc/${pid}/status`, 'utf8');
  return Number(new RegExp(`^${field}:\\s+(\\d+) kB$`, 'm').exec(text)?.[1]);
}
