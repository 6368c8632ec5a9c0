/** How many connections from outside may be open, so that descriptors are left for runs, the database and the terminal. */
import { execFileSync } from 'node:child_process';
import type { Server } from 'node:http';
import type { Socket } from 'node:net';

/** Descriptors of the daemon itself: database, log, listeners, transcripts being read. */
const OWN_FILES = 64;
/** Reserved for starting runs and the terminal's socket: a quarter, at most this. */
const MOST_RESERVED = 512;
const FEWEST_CONNECTIONS = 16;
/** If the system does not tell; a common minimum. */
const FILES_UNLESS_SAID = 256;
const UNLIMITED = 1_000_000;

/** How many files this process may have open. A child inherits the limit, and its shell can say it on every Unix. */
export function openFileLimit(): number {
  try {
    const said = execFileSync('/bin/sh', ['-c', 'ulimit -n'], { encoding: 'utf8' }).trim();
    return said === 'unlimited' ? UNLIMITED : Math.min(Number(said) || FILES_UNLESS_SAID, UNLIMITED);
  } catch {
    return FILES_UNLESS_SAID;
  }
}

export const mostConnections = (files: number): number =>
  Math.max(FEWEST_CONNECTIONS, files - OWN_FILES - Math.min(MOST_RESERVED, Math.floor(files / 4)));

/**
 * The TCP connections of all listeners. A connection is silent until it has sent the head of a request with a known
 * caller, and again after the response. Above the limit the oldest silent one is closed, so
 * that signed-in callers always get in.
 */
export class Connections {
  readonly #most: number;
  readonly #mostSilent: number;
  /** By the peer's address: with TLS, requests come by another object than the connection. */
  readonly #open = new Map<string, Socket>();
  readonly #silent = new Set<string>();

  constructor(files: number, mostSilent: number) {
    this.#most = mostConnections(files);
    this.#mostSilent = Math.min(mostSilent, Math.ceil(this.#most / 2));
  }

  watch(server: Server): void {
    server.on('connection', (socket: Socket) => this.#add(socket));
  }

  /** A known caller sent a request: the connection stays until it is silent again, or closed. */
  speaks(socket: Socket): void {
    this.#silent.delete(keyOf(socket));
  }

  isSilentAgain(socket: Socket): void {
    const key = keyOf(socket);
    if (!this.#open.has(key)) return;
    this.#silent.add(key);
    if (this.#silent.size > this.#mostSilent) this.#dropOldest();
  }

  #add(socket: Socket): void {
    const key = keyOf(socket);
    if (this.#open.size >= this.#most && !this.#dropOldest()) {
      socket.destroy();
      return;
    }
    this.#open.set(key, socket);
    socket.once('close', () => this.#forget(key, socket));
    this.isSilentAgain(socket);
  }

  #dropOldest(): boolean {
    const [key] = this.#silent;
    const socket = key === undefined ? undefined : this.#open.get(key);
    if (key === undefined || !socket) return false;
    this.#forget(key, socket);
    socket.destroy();
    return true;
  }

  /** The peer's port may be in use again by the time that a closed connection says so. */
  #forget(key: string, socket: Socket): void {
    if (this.#open.get(key) !== socket) return;
    this.#open.delete(key);
    this.#silent.delete(key);
  }
}

const keyOf = ({ remoteAddress, remotePort, localAddress, localPort }: Socket): string =>
  [remoteAddress, remotePort, localAddress, localPort].join(' ');
