/** Writes the files by which others find the daemon, and restores those that are deleted. */
import { existsSync } from 'node:fs';
import type { Server } from 'node:http';
import { join } from 'node:path';
import type { Holder, StatePaths } from '../../shared/state-paths.ts';
import type { About } from '../api/about.ts';
import { makeBin } from '../runs/environment.ts';
import { FilesInPlace } from '../store/files-in-place.ts';
import { type Storage, StorageLost } from '../store/storage.ts';
import { Problem } from '../system/problem.ts';
import { lookUp } from '../system/processes.ts';
import { writeHolder, writePort } from '../system/state-folder.ts';
import type { Chore } from '../system/upkeep.ts';
import { listenOnSocket } from './listen.ts';

interface Parts {
  readonly state: StatePaths;
  readonly holder: Holder;
  readonly port: number;
  /** Listens on the socket. */
  readonly server: Server;
  /** The program that `signalbox` starts inside runs. */
  readonly program: string;
}

/** The daemon's entry in `daemon.json`, for programs that cannot ask it. */
export const holderOf = ({ pid, local_address: address, project, started_at }: About): Holder => ({
  pid,
  address,
  project,
  started_at,
  process: lookUp(pid)?.started,
});

/** Writes the files by which others find this daemon; its socket exists already. */
export function writeStateFiles({ state, holder, port, program }: Parts): void {
  writePort(state, port);
  writeHolder(state, holder);
  makeBin(state.bin, program);
}

/** Restores a file that was deleted: without them no terminal and no run finds the daemon. */
export function keepStateFiles(parts: Parts): Chore {
  const { state, server } = parts;
  let socket = new FilesInPlace([state.socket]);
  return {
    name: 'state folder',
    look: async () => {
      // Without the folder, the daemon is about to stop.
      if (!existsSync(state.folder)) return;
      const files = [state.port, state.holder, join(state.bin, 'signalbox')];
      if (!files.every((path) => existsSync(path))) writeStateFiles(parts);
      if (socket.missing() === null) return;
      server.close();
      await listenOnSocket(server, state.socket);
      socket = new FilesInPlace([state.socket]);
    },
  };
}

/** A daemon whose database was moved can store nothing: it stops, so that another can start. `goOn`: how to start one, and what helps. */
export function filesInPlace(
  storage: Pick<Storage, 'checkInPlace'>,
  goOn: () => string,
  stop: (problem: Problem) => void,
): Chore {
  // Found while the folder is there: it may be the folder that goes.
  let then = goOn();
  const look = () => {
    try {
      storage.checkInPlace();
      then = goOn();
    } catch (error) {
      if (!(error instanceof StorageLost)) throw error;
      const way = 'Nothing was saved since, and Signalbox has ended; runs at work go on.';
      stop(new Problem('disk', `${error.message} ${way} Put it back, then: ${then}`));
    }
  };
  return { name: 'files', look };
}
