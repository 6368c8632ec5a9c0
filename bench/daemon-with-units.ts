import { DaemonFixture } from '../test/daemon-fixture.ts';
import { Callers } from '../test/edge/callers.ts';
import { afterwards } from './cleanup.ts';

/** A daemon with so many units, `unit-0` and on, none of which starts; it is ended afterwards. */
export async function daemonWithUnits(count: number): Promise<{ house: DaemonFixture; callers: Callers }> {
  const house = DaemonFixture.make();
  afterwards(() => house.close());
  await house.start('--port', '0', '--max-agents', '0');
  const callers = new Callers(house);
  const units = Array.from({ length: count }, (_, nth) => ({ chunk: `unit-${nth}`, command: 'true' }));
  await callers.must('units.add', { units });
  return { house, callers };
}
