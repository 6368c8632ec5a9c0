import { existsSync } from 'node:fs';
import type { Server } from 'node:http';
import { join } from 'node:path';
import type { Holder, StatePaths } from '../shared/state-paths.ts';
import { InPlace } from './in-place.ts';
import { listenOnSocket } from './listen.ts';
import { makeBin } from './runs/environment.ts';
import { writeHolder, writePort } from './state-folder.ts';
import type { Chore } from './upkeep.ts';

interface Parts {
  readonly state: StatePaths;
  readonly holder: Holder;
  readonly port: number;
  /** Listens on the socket. */
  readonly server: Server;
  /** What `signalbox` means inside runs. */
  readonly program: string;
}

/** Writes what others find this daemon by; its socket is there already. */
export function writeStateFiles({ state, holder, port, program }: Parts): void {
  writePort(state, port);
  writeHolder(state, holder);
  makeBin(state.bin, program);
}

/** The same again whenever one of them is gone: without them no terminal and no run finds the daemon. */
export function keepStateFiles(parts: Parts): Chore {
  const { state, server } = parts;
  let socket = new InPlace([state.socket]);
  return {
    name: 'state folder',
    look: async () => {
      // Where the folder was taken away, the daemon is about to end.
      if (!existsSync(state.folder)) return;
      const files = [state.port, state.holder, join(state.bin, 'signalbox')];
      if (!files.every((path) => existsSync(path))) writeStateFiles(parts);
      if (socket.missing() === null) return;
      server.close();
      await listenOnSocket(server, state.socket);
      socket = new InPlace([state.socket]);
    },
  };
}
