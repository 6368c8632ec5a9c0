/**
 * Preloaded into a daemon, moves its wall clock while its timers go on, as after the machine has slept or somebody
 * has set the clock: by as many milliseconds as a file says.
 */
import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { DaemonFixture } from '../daemon-fixture.ts';
import { preload, preloadedPlan } from '../runs/preload.ts';

interface Plan {
  readonly path: string;
}

/** The daemons that a house starts from now on have a clock that the returned function moves. */
export function withMovedClock(house: DaemonFixture): (ms: number) => void {
  const path = join(house.folder, 'clock');
  const set = (ms: number) => {
    writeFileSync(`${path}.new`, String(ms));
    renameSync(`${path}.new`, path);
  };
  set(0);
  preload(house, import.meta.url, { path } satisfies Plan);
  return set;
}

const given = preloadedPlan<Plan>();
if (given) {
  const { path } = given;
  const RealDate = Date;
  const moved = () => RealDate.now() + Number(readFileSync(path, 'utf8'));
  globalThis.Date = new Proxy(RealDate, {
    construct: (target, args: unknown[]) =>
      args.length === 0 ? new target(moved()) : (Reflect.construct(target, args) as Date),
    get: (target, name) => (name === 'now' ? moved : (Reflect.get(target, name) as unknown)),
  });
}
