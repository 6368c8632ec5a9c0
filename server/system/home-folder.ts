import { userInfo } from 'node:os';
import { homeOf } from '../../shared/state-paths.ts';
import { Problem } from './problem.ts';

/** Throws a `Problem` where there is none. */
export function homeFolder(): string {
  const home = homeOf(process.env, () => userInfo().homedir);
  if (home === null)
    throw new Problem('config', 'HOME names no absolute folder. Set HOME or XDG_STATE_HOME to one.');
  return home;
}
