import { type StatePaths, stateHome } from '../../shared/state-paths.ts';
import type { PolicySource } from '../api/procedures.ts';
import { followPolicy, policyPath } from '../policy/follow-policy.ts';
import { configFolder } from '../system/config-file.ts';
import { homeFolder } from '../system/home-folder.ts';
import { consoleLog } from '../system/log.ts';

/** The operator's rules. Throws a `Problem` where they cannot be used. */
export function policyFor({ project }: StatePaths): PolicySource {
  const home = homeFolder();
  const config = configFolder(process.env, home);
  const path = policyPath(config, project);
  const current = followPolicy(path, (error) => consoleLog.error('policy', error));
  return { current, home, own: [config, stateHome(process.env, home)] };
}
