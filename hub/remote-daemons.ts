/** The daemons on other machines: named by the operator, kept in a file, and followed as those here are. */
import { basename, join } from 'node:path';
import { homeFolder } from '../server/system/home-folder.ts';
import { Problem } from '../server/system/problem.ts';
import { makeStateFolder } from '../server/system/state-folder.ts';
import { homeOf } from '../shared/base-path.ts';
import type { HubEntry, HubPlace, PlaceOptions } from '../shared/hub-words.ts';
import { hashOfProject, hubPathsOf, stateHome } from '../shared/state-paths.ts';
import { type KeptPlace, readPlaces, writePlaces } from './places.ts';
import type { Found } from './project.ts';
import { byAddress, byForwardedSocket, callsTo } from './remote-link.ts';
import { findBySsh, forwardSocket, sshTarget } from './ssh.ts';

/** How one of them is reached. `forwards`: the folder of forwarded sockets. */
export const remoteDaemon = (place: KeptPlace, forwards: string): Found => ({
  slug: place.slug,
  folder: place.folder,
  machine: place.machine,
  open(onChange) {
    const { url, token, socket } = place;
    if (socket === null) return byAddress(homeOf(new URL(url)), token, onChange);
    const here = join(forwards, hashOfProject(url));
    const stop = forwardSocket(sshTarget(new URL(url), url), here, socket, forwards);
    const link = byForwardedSocket(here, token, onChange);
    return {
      ...link,
      close() {
        link.close();
        stop();
      },
    };
  },
});

const pathsHere = () => hubPathsOf(stateHome(process.env, homeFolder()));

const shown = ({ url, slug, folder, machine }: KeptPlace): HubPlace => ({ url, slug, folder, machine });

export const places: HubEntry['places'] = () => readPlaces(pathsHere()).map(shown);

/** Throws a `Problem` where nothing answers there, or nothing that lets the hub in. */
export async function addPlace(url: string, how: PlaceOptions): Promise<HubPlace> {
  const paths = pathsHere();
  makeStateFolder(paths);
  const before = readPlaces(paths).filter((each) => each.url !== url);
  const found = await find(url, how);
  const name =
    basename(found.folder)
      .replace(/[^A-Za-z0-9._-]/g, '-')
      .slice(0, 24) || 'project';
  const place = { ...found, url, slug: `${name}-${hashOfProject(url)}` };
  writePlaces(paths, [...before, place]);
  return shown(place);
}

type FoundPlace = Pick<KeptPlace, 'folder' | 'machine' | 'token' | 'socket'>;

function find(url: string, { token, program }: PlaceOptions): Promise<FoundPlace> {
  const address = URL.canParse(url) ? new URL(url) : null;
  if (address?.protocol === 'ssh:') return bySsh(address, url, program);
  if (address && isSafe(address)) return byHttps(address, token);
  throw new Problem(
    'usage',
    `A daemon elsewhere is ssh://HOST/FOLDER or https://HOST:PORT, with the path of its proxy if need be, not "${url}".`,
  );
}

/** Without TLS the token would be read on the way: only where there is none, on this machine. */
const isSafe = ({ protocol, hostname, pathname }: URL): boolean =>
  /^\/([\w-]+\/)*[\w-]*$/.test(pathname) &&
  (protocol === 'https:' || (protocol === 'http:' && ['127.0.0.1', 'localhost', '[::1]'].includes(hostname)));

async function bySsh(address: URL, url: string, program: string): Promise<FoundPlace> {
  const target = sshTarget(address, url);
  return { ...(await findBySsh(target, program)), machine: target.host };
}

async function byHttps(address: URL, read: PlaceOptions['token']): Promise<FoundPlace> {
  const token = await read();
  if (!token)
    throw new Problem(
      'usage',
      'By https a token is needed, on standard input. On that machine: signalbox token add',
    );
  const home = homeOf(address);
  const { project } = await callsTo(home, token)
    .status.query()
    .catch((error: Error) => {
      throw new Problem('running', `${home} does not let the hub in: ${error.message}`);
    });
  return { folder: project, machine: address.hostname, token, socket: null };
}

/** By its address, or by what it is called in addresses of the hub. `dryRun`: it is only looked up. */
export function removePlace(name: string, { dryRun }: { readonly dryRun: boolean }): HubPlace {
  const paths = pathsHere();
  const all = readPlaces(paths);
  const found = all.find(({ url, slug }) => url === name || slug === name);
  if (!found) throw new Problem('usage', `No place is called "${name}". signalbox hub places lists them.`);
  const others = all.filter((each) => each !== found);
  if (!dryRun) writePlaces(paths, others);
  return shown(found);
}
