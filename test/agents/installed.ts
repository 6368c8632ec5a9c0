/** Real agents, from the npm registry: each in a folder of its own in the user's cache, of one exact version. */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';

const CACHE = join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'signalbox-test-agents');
const INSTALL_MS = 600_000;

/** The folder that holds the program; or why it is not there. */
export type Installed = { readonly bin: string } | { readonly missing: string };

export function installed(name: string, version: string, program: string): Installed {
  const folder = join(CACHE, `${name.replace(/^@/, '').replace('/', '-')}-${version}`);
  const bin = join(folder, 'node_modules', '.bin');
  // Only once: some take seconds to say their version, and what may not run just now is no reason to install it anew.
  const mark = join(folder, 'runs');
  if (existsSync(mark) && existsSync(join(bin, program))) return { bin };
  if (runs(bin, program)) return marked(mark, bin);
  mkdirSync(folder, { recursive: true });
  const args = [
    'install',
    '--prefix',
    folder,
    '--no-audit',
    '--no-fund',
    '--engine-strict=false',
    `${name}@${version}`,
  ];
  const { status, stderr } = spawnSync('npm', args, { cwd: folder, encoding: 'utf8', timeout: INSTALL_MS });
  if (status === 0 && runs(bin, program)) return marked(mark, bin);
  rmSync(folder, { recursive: true, force: true });
  return { missing: `${name}@${version} could not be installed: ${lastLine(stderr ?? '')}` };
}

function marked(mark: string, bin: string): Installed {
  writeFileSync(mark, '');
  return { bin };
}

const runs = (bin: string, program: string): boolean =>
  existsSync(join(bin, program)) && spawnSync(join(bin, program), ['--version']).status === 0;

const lastLine = (text: string): string => text.trim().split('\n').at(-1) || 'npm has ended without a word';
