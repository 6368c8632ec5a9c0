/** systemd and launchd, each as the user's own: where their files lie, and how they are told of one. */
import { spawnSync } from 'node:child_process';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { ProgramError } from '../output/program-error.ts';
import { launchdPlist, type ServiceFacts, systemdUnit } from './at-login-files.ts';

export interface ServiceManager {
  readonly manager: 'systemd' | 'launchd';
  /** The name of the service. */
  readonly name: string;
  readonly path: string;
  readonly textOf: (facts: ServiceFacts) => string;
  /** Throws a `ProgramError` where it does not work for this user. */
  readonly check: () => void;
  readonly enable: () => void;
  readonly disable: () => void;
  /** After the file has gone. */
  readonly forget: () => void;
  readonly isActive: () => boolean;
}

const run = (program: string, ...args: string[]) => spawnSync(program, args, { encoding: 'utf8' });

function must(program: string, ...args: string[]): void {
  const { status, stderr, error } = run(program, ...args);
  if (status === 0) return;
  const why = error?.message ?? stderr.trim();
  throw new ProgramError('config', `${[program, ...args].join(' ')} failed: ${why}`);
}

/** `id`: of the project, as its state folder is called. */
export function serviceManager(id: string, home: string, env = process.env): ServiceManager {
  const word = id.replace(/[^A-Za-z0-9_.-]/g, '-');
  return process.platform === 'darwin'
    ? launchd(`signalbox.${word}`, home)
    : systemd(`signalbox-${word}`, home, env);
}

function systemd(id: string, home: string, env: NodeJS.ProcessEnv): ServiceManager {
  const name = `${id}.service`;
  const control = (...args: string[]) => must('systemctl', '--user', ...args);
  return {
    manager: 'systemd',
    name,
    path: join(env.XDG_CONFIG_HOME || join(home, '.config'), 'systemd', 'user', name),
    textOf: systemdUnit,
    check() {
      const { status, stderr, error } = run('systemctl', '--user', 'show-environment');
      if (status !== 0)
        throw new ProgramError(
          'config',
          `systemd does not work for your user here: ${error?.message ?? stderr.trim()}. With --dry-run you see the unit; "signalbox start" needs no systemd.`,
        );
    },
    enable() {
      control('daemon-reload');
      control('enable', '--now', name);
    },
    disable: () => control('disable', '--now', name),
    forget: () => control('daemon-reload'),
    isActive: () => run('systemctl', '--user', 'is-active', '--quiet', name).status === 0,
  };
}

function launchd(label: string, home: string): ServiceManager {
  const path = join(home, 'Library', 'LaunchAgents', `${label}.plist`);
  const domain = `gui/${userInfo().uid}`;
  return {
    manager: 'launchd',
    name: label,
    path,
    textOf: (facts) => launchdPlist(label, facts),
    check: () => must('launchctl', 'print', domain),
    enable: () => must('launchctl', 'bootstrap', domain, path),
    disable: () => must('launchctl', 'bootout', `${domain}/${label}`),
    forget() {},
    isActive: () => run('launchctl', 'print', `${domain}/${label}`).status === 0,
  };
}
