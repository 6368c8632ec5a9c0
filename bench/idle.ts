/** What a daemon needs while nothing happens and a hundred tabs are open, and what a hundred thousand events leave behind. Linux only. */
import { setTimeout as pause } from 'node:timers/promises';
import type { Figure } from './figure.ts';
import { cpuOf, memoryOf } from './proc.ts';
import { bareStation, daemonStation, type Station } from './stations.ts';

const TABS = 100;
const IDLE_MS = 30_000;
const SETTLE_MS = 5000;
/** As often as a page does. */
const PING_MS = 2000;
const EVENTS = 100_000;
const AT_ONCE = 100;

interface Row {
  readonly name: string;
  /** Share of a core; null: it was not looked at. */
  readonly cpu: number | null;
  readonly mib: number;
}

export async function idle(): Promise<Figure> {
  const rows: Row[] = [];
  for (const station of [await bareStation(0), await daemonStation()]) {
    rows.push({ name: `${station.name}: nobody there`, ...(await resting(station)) });
    await station.gather(TABS);
    rows.push({ name: `${station.name}: ${TABS} tabs`, ...(await resting(station)) });
    if (station.name.startsWith('bare')) continue;
    await many(station);
    rows.push({
      name: `${station.name}: after ${EVENTS.toLocaleString('en')} events`,
      ...(await resting(station)),
    });
  }
  return {
    title: 'A daemon in which nothing happens',
    head: [
      ['', 'processor', 'memory'],
      ['', '% of a core', 'MiB'],
    ],
    rows: rows.map(({ name, cpu, mib }) => [name, cpu?.toFixed(2) ?? '', mib.toFixed(1)]),
    note: `Each over ${IDLE_MS / 1000} s, after ${SETTLE_MS / 1000} s of rest; memory: resident. A tab is a socket that follows the dashboard and asks every ${PING_MS / 1000} s whether the daemon is there, as a page does.`,
  };
}

async function resting({ pid, flock }: Station): Promise<Omit<Row, 'name'>> {
  await pause(SETTLE_MS);
  const before = cpuOf(pid);
  for (let passed = 0; passed < IDLE_MS; passed += PING_MS) {
    flock.send('PING');
    await pause(PING_MS);
  }
  return { cpu: (100 * (cpuOf(pid) - before)) / IDLE_MS, mib: memoryOf(pid, 'VmRSS') / 1024 };
}

async function many({ say }: Station): Promise<void> {
  let left = EVENTS;
  const caller = async () => {
    while (left-- > 0) await say(`because of ${left}`);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, caller));
}
