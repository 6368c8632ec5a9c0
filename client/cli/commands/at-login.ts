/** `signalbox service`: the daemon of a project, started at login and again when it fails. */
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { StatePaths } from '../../../shared/state-paths.ts';
import { loadOffline } from '../context/load-offline.ts';
import { homeFolder } from '../context/project.ts';
import { ProgramError } from '../output/program-error.ts';
import { print, printJson, tell } from '../output/terminal-output.ts';
import { type ServiceManager, serviceManager } from './at-login-control.ts';
import type { ServiceFacts } from './at-login-files.ts';

/** A service manager starts programs with almost no environment; with these, agents are found and find their own files. */
const PASSED_ON = ['PATH', 'XDG_STATE_HOME', 'XDG_CONFIG_HOME', 'LANG'];

const managerOf = (paths: StatePaths): ServiceManager => serviceManager(basename(paths.folder), homeFolder());

function factsOf({ project, log }: StatePaths, startFlags: readonly string[]): ServiceFacts {
  const program = fileURLToPath(new URL('./signalbox.js', import.meta.url));
  const start = ['--project', project, 'start', '--foreground', ...startFlags];
  const command = [process.execPath, program, ...start];
  const env = Object.fromEntries(
    PASSED_ON.flatMap((name) => (process.env[name] ? [[name, process.env[name] ?? '']] : [])),
  );
  // A line of such a file ends where a line feed is.
  const odd = [...command, ...Object.values(env)].find((text) => /[\0-\x1f]/.test(text));
  if (odd !== undefined)
    throw new ProgramError('usage', `A service takes no control characters: ${JSON.stringify(odd)}`);
  return { project, command, env, log };
}

export async function installService(
  paths: StatePaths,
  startFlags: readonly string[],
  { dryRun }: { readonly dryRun?: boolean },
): Promise<void> {
  const offline = await loadOffline();
  offline.checkStart(['--project', paths.project, ...startFlags]);
  const service = managerOf(paths);
  const text = service.textOf(factsOf(paths, startFlags));
  if (dryRun) {
    await print(`${service.path}\n\n${text}`);
    return tell('nothing was changed.');
  }
  service.check();
  const isThere = existsSync(service.path);
  if (isThere && readFileSync(service.path, 'utf8') === text && service.isActive())
    return tell(`installed already, in ${service.path}.`);
  if (isThere) service.disable();
  const running = offline.livingHolder(paths);
  if (running)
    throw new ProgramError(
      'timeout',
      `Signalbox for ${paths.project} runs already (pid ${running.pid}). First: signalbox stop`,
    );
  offline.makeStateFolder(paths);
  mkdirSync(dirname(service.path), { recursive: true });
  writeFileSync(service.path, text, { mode: 0o600 });
  service.enable();
  tell(`installed and started: ${service.name}, in ${service.path}.`);
  if (service.manager === 'systemd')
    tell('It starts when you log in. To have it start with the machine: loginctl enable-linger');
}

export async function uninstallService(
  paths: StatePaths,
  { dryRun }: { readonly dryRun?: boolean },
): Promise<void> {
  const service = managerOf(paths);
  if (!existsSync(service.path)) return tell(`not installed: there is no ${service.path}.`);
  if (dryRun) {
    await print(service.path);
    return tell('it would be stopped and removed. Nothing was changed.');
  }
  service.disable();
  rmSync(service.path);
  service.forget();
  tell(`stopped and removed: ${service.name}. Runs at work go on.`);
}

export async function showService(paths: StatePaths, { json }: { readonly json?: boolean }): Promise<void> {
  const { manager, name, path, isActive } = managerOf(paths);
  const installed = existsSync(path);
  const active = installed && isActive();
  if (json) return printJson({ manager, name, path, installed, active });
  const words = active ? 'installed, and runs' : installed ? 'installed, but does not run' : 'not installed';
  await print(`${name} (${manager}): ${words}\n${path}`);
}
