/** What stands at the gate of whoever serves: of a daemon, and of the hub. */
import type { StatePaths } from '../../shared/state-paths.ts';
import { type AccessFile, followDoor, limitsOf } from '../access/access-file.ts';
import { Credentials } from '../access/credentials.ts';
import { FailureThrottle } from '../access/failure-throttle.ts';
import type { Limits } from '../access/limits.ts';
import { LocalCallers } from '../access/local-callers.ts';
import { SignInLinks } from '../access/sign-in-links.ts';
import type { Access } from '../api/procedures.ts';
import type { Store } from '../store/store.ts';
import { consoleLog } from '../system/log.ts';
import { Connections, openFileLimit } from '../web/connections.ts';
import type { HttpParts } from '../web/http.ts';
import type { DoorOptions } from './options.ts';

/** The settings and limits of access, as `door.json` has them at each moment. */
export function accessTo(
  { readOnly, noAuth }: DoorOptions,
  state: StatePaths,
  door: AccessFile,
): Omit<Access, 'refusals' | 'listeners'> {
  const current = followDoor(state, door, (error) => consoleLog.error('door.json', error));
  return {
    readOnly,
    open: noAuth,
    limits: limitsOf(door),
    origins: () => current().origins,
    links: new SignInLinks(),
  };
}

type GateParts = Pick<
  HttpParts,
  'log' | 'credentials' | 'connections' | 'refuseCaller' | 'throttle' | 'cookie'
>;

/** Forgets the callers of an earlier start. */
export function gateParts(state: StatePaths, store: Store, door: AccessFile, limits: Limits): GateParts {
  const callers = new LocalCallers(state, () => store.state);
  return {
    log: consoleLog,
    credentials: new Credentials(store),
    connections: new Connections(openFileLimit(), limits.silent_connections),
    refuseCaller: (shown) => callers.refusal(shown),
    throttle: new FailureThrottle(limits.slowed_sign_ins, limits.slow_sign_in_ms),
    cookie: `signalbox-${door.host_name.split('.')[0]}`,
  };
}
