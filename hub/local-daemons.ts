/** Finds the daemons of this user on this machine, by the files that they write into their state folders. */
import { overHttp } from '../client/daemon/daemon-client.ts';
import { overSocket } from '../client/daemon/streaming-client.ts';
import { livingDaemons } from '../server/system/daemon-holder.ts';
import type { Found, Link } from './project.ts';

/** `home`: the folder of all state folders. `isKnown`: of which nothing new is to be found. */
export const localDaemons = (home: string, isKnown: (slug: string) => boolean): readonly Found[] =>
  livingDaemons(home)
    .filter(({ name }) => !isKnown(name))
    .map(({ name, living, socket }) => ({
      slug: name,
      folder: living.project,
      machine: '',
      open: (onChange) => bySocket(socket, onChange),
    }));

/** The link to a daemon whose socket is on this machine: reaching it is the proof. */
function bySocket(socket: string, onChange: (isOpen: boolean) => void): Link {
  const { daemon, close } = overSocket(socket, { onChange });
  return { streams: daemon, calls: overHttp(socket), close: () => void close() };
}
