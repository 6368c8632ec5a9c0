import { randomBytes } from 'node:crypto';
import { closeSync, openSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** Who calls, as the daemon can check it: what to send, and what to do once it has answered. */
export interface ProvenCaller {
  readonly headers: Readonly<Record<string, string>>;
  readonly done: () => void;
}

/**
 * With a credential, whoever it names. Without one, this very process: it holds a file open whose name it sends,
 * and the daemon looks which process that is, and whether it descends from a run. For one connection.
 */
export function callerFor(socketPath: string): ProvenCaller {
  const { SIGNALBOX_CREDENTIAL: token } = process.env;
  return token ? { headers: { authorization: `Bearer ${token}` }, done: () => {} } : thisProcess(socketPath);
}

function thisProcess(socketPath: string): ProvenCaller {
  const name = `${process.pid}-${randomBytes(16).toString('hex')}`;
  const path = join(dirname(socketPath), 'callers', name);
  try {
    const file = openSync(path, 'wx', 0o600);
    let isOpen = true;
    const done = () => {
      if (isOpen) closeSync(file);
      isOpen = false;
      rmSync(path, { force: true });
    };
    return { headers: { 'signalbox-caller': name }, done };
  } catch {
    // No daemon has made the folder: then none will answer either, or it says itself what is missing.
    return { headers: {}, done: () => {} };
  }
}
