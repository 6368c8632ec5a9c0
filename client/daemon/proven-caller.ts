import { randomBytes } from 'node:crypto';
import { closeSync, openSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** Proof of the calling process: a header to send, and a cleanup after the answer. */
export interface ProvenCaller {
  readonly headers: Readonly<Record<string, string>>;
  readonly done: () => void;
}

/**
 * With a credential, its bearer. Without one, this process: it holds a file open and sends its name,
 * so that the daemon can find the process and check whether it descends from a run. For one connection.
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
    // Without the folder there is no daemon, or the daemon will report what is missing.
    return { headers: {}, done: () => {} };
  }
}
