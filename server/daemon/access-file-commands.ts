/** Commands of the terminal that read and write the access file without a daemon. */
import type { Offline } from '../../shared/offline.ts';
import { limitsOf, openDoor, originOf, writeDoor } from '../access/access-file.ts';
import { DEFAULT_LIMITS } from '../access/limits.ts';
import { Problem } from '../system/problem.ts';

export const doorOf: Offline['doorOf'] = (paths) => {
  const door = openDoor(paths);
  return { ...door, limits: limitsOf(door) };
};

export const changeOrigins: Offline['changeOrigins'] = (paths, how, url) => {
  const origin = originOf(url);
  if (origin === null)
    throw new Problem(
      'usage',
      `An origin is a scheme, a host and a port: https://example.com, not "${url}".`,
    );
  const door = openDoor(paths);
  const others = door.origins.filter((each) => each !== origin);
  const origins = how === 'add' ? [...others, origin] : others;
  writeDoor(paths, { ...door, origins });
  return origins;
};

export const setLimit: Offline['setLimit'] = (paths, name, value) => {
  if (!(name in DEFAULT_LIMITS))
    throw new Problem('usage', `There is no limit "${name}": ${Object.keys(DEFAULT_LIMITS).join(', ')}.`);
  const door = openDoor(paths);
  const { [name as keyof typeof DEFAULT_LIMITS]: _, ...others } = door.limits;
  const limits = value === null ? others : { ...others, [name]: value };
  writeDoor(paths, { ...door, limits });
  return limitsOf({ ...door, limits });
};
