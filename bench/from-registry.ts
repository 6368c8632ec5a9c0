/** Packages that are no part of the project, of exact versions: installed from the npm registry into a cache of the user's, once. */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';

/** The folder that `node_modules` stands in. */
export function fromRegistry(packages: readonly string[]): string {
  const cache = join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'signalbox-bench');
  const folder = join(cache, packages.join('+').replaceAll('/', '-'));
  if (!existsSync(folder)) install(folder, packages);
  return folder;
}

function install(folder: string, packages: readonly string[]): void {
  const made = `${folder}.${process.pid}`;
  mkdirSync(made, { recursive: true });
  writeFileSync(join(made, 'package.json'), '{"private":true}');
  const flags = ['--no-audit', '--no-fund', '--ignore-scripts', '--save-exact'];
  execFileSync('npm', ['install', ...flags, ...packages], { cwd: made, stdio: 'inherit' });
  renameSync(made, folder);
}
