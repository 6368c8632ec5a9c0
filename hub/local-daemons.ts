/** Finds the daemons of this user on this machine, by the files that they write into their state folders. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { overHttp, overSocket } from '../client/daemon/daemon-client.ts';
import { livingHolder } from '../server/system/daemon-holder.ts';
import { HUB_FOLDER, pathsIn } from '../shared/state-paths.ts';
import type { Found, Link } from './project.ts';

/** `home`: the folder of all state folders. `known`: what need not be looked at again. */
export function localDaemons(home: string, known: (slug: string) => boolean): readonly Found[] {
  return foldersIn(home)
    .filter((slug) => slug !== HUB_FOLDER && !known(slug))
    .flatMap((slug) => {
      const { holder, socket } = pathsIn(join(home, slug), '');
      const living = livingHolder({ holder });
      return living
        ? [
            {
              slug,
              folder: living.project,
              machine: '',
              open: (onChange) => bySocket(socket, onChange),
            } as Found,
          ]
        : [];
    });
}

/** The link to a daemon whose socket is on this machine: reaching it is the proof. */
export function bySocket(socket: string, onChange: (isOpen: boolean) => void): Link {
  const { daemon, close } = overSocket(socket, { onChange });
  return { streams: daemon, calls: overHttp(socket), close: () => void close() };
}

function foldersIn(home: string): readonly string[] {
  try {
    return readdirSync(home, { withFileTypes: true })
      .filter((entry) => entry.isDirectory() && /^[A-Za-z0-9._-]{1,60}$/.test(entry.name))
      .map(({ name }) => name);
  } catch {
    return [];
  }
}
