/** A real sshd on this machine, as the other machine of a test: with keys, settings and an environment of its own. */
import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  writeFileSync,
} from 'node:fs';
import { connect } from 'node:net';
import { userInfo } from 'node:os';
import { delimiter, join } from 'node:path';
import { freePort } from '../../server/daemon/listen.ts';
import { killQuietly } from '../daemon-fixture.ts';
import { until } from '../until.ts';
import { FarFolder } from './far-machine.ts';

/** SSHD: where another one is. */
export const SSHD = process.env.SSHD ?? '/usr/sbin/sshd';
const hasSsh = existsSync(SSHD) && spawnSync('ssh', ['-V']).status === 0;
/** Why there is none; false: there is. */
export const noSshd = hasSsh ? false : `there is no ssh, or no ${SSHD}: install openssh-server`;

export class SshMachine extends FarFolder {
  readonly ssh = join(this.folder, 'ssh');
  #port = 0;
  #sshd: ChildProcess | null = null;

  /** Begins with the `ssh` of the tests, which has settings of its own. */
  get path(): string {
    return `${this.ssh}${delimiter}${process.env.PATH}`;
  }

  async open(): Promise<void> {
    // What sshd gives up its rights in; the service would have made it.
    if (userInfo().uid === 0) mkdirSync('/run/sshd', { recursive: true });
    this.#port = await freePort();
    const at = (name: string) => join(this.folder, name);
    for (const key of ['host', 'user'])
      execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', at(key)]);
    copyFileSync(at('user.pub'), at('authorized'));
    const set = Object.entries(this.variables).map(([name, value]) => `${name}=${value}`);
    writeFileSync(
      at('sshd_config'),
      `Port ${this.#port}\nListenAddress 127.0.0.1\nHostKey ${at('host')}\nAuthorizedKeysFile ${at('authorized')}\nPidFile none\nStrictModes no\nUsePAM no\nPasswordAuthentication no\nMaxSessions 100\nMaxStartups 100\nSetEnv ${set.join(' ')}\n`,
    );
    writeFileSync(
      at('ssh_config'),
      `Host box\n  HostName 127.0.0.1\n  Port ${this.#port}\n  User ${userInfo().username}\n  IdentityFile ${at('user')}\n  UserKnownHostsFile ${at('known')}\n  StrictHostKeyChecking accept-new\n`,
    );
    const real = execFileSync('sh', ['-c', 'command -v ssh']).toString().trim();
    this.program('ssh', `exec ${real} -F '${at('ssh_config')}' "$@"`);
    // The daemon alone: nothing there calls ssh.
    mkdirSync(this.ssh, { recursive: true });
    execFileSync('mv', [join(this.bin, 'ssh'), this.ssh]);
    chmodSync(join(this.ssh, 'ssh'), 0o755);
    await this.mend();
  }

  /** Nothing comes through: sshd listens no more, and what was connected is cut. */
  async cut(): Promise<void> {
    const sshd = this.#sshd;
    if (!sshd) return;
    const ended = new Promise((resolve) => sshd.once('exit', resolve));
    sshd.kill('SIGKILL');
    await ended;
    this.#sshd = null;
    for (const pid of this.#connections()) killQuietly(pid);
  }

  async mend(): Promise<void> {
    if (this.#sshd) return;
    this.#sshd = spawn(SSHD, ['-D', '-e', '-f', join(this.folder, 'sshd_config')], { stdio: 'ignore' });
    await until('sshd', () => isOpen(this.#port));
  }

  /** A connection has processes of its own, of which nothing says whose they are but the sockets that they hold. */
  #connections(): number[] {
    const inodes = new Set(
      readFileSync('/proc/net/tcp', 'utf8')
        .split('\n')
        .map((line) => line.trim().split(/\s+/))
        .filter(([, local = '']) =>
          local.endsWith(`:${this.#port.toString(16).toUpperCase().padStart(4, '0')}`),
        )
        .map((fields) => `socket:[${fields[9]}]`),
    );
    return readdirSync('/proc')
      .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
      .filter((pid) => linksOf(`/proc/${pid}/fd`).some((link) => inodes.has(link)))
      .map(Number);
  }

  override close(): void {
    this.#sshd?.kill('SIGKILL');
    for (const pid of this.#connections()) killQuietly(pid);
    super.close();
  }
}

function linksOf(folder: string): string[] {
  try {
    return readdirSync(folder).flatMap((name) => linkOf(join(folder, name)));
  } catch {
    return [];
  }
}

function linkOf(path: string): string[] {
  try {
    return [readlinkSync(path)];
  } catch {
    return [];
  }
}

/** Whether something listens there. */
export const isOpen = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const probe = connect(port, '127.0.0.1');
    probe.once('error', () => resolve(false));
    probe.once('connect', () => {
      probe.destroy();
      resolve(true);
    });
  });
