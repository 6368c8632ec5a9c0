/** Checks what a daemon needs and what can be checked without one. Returns findings; does not throw. */
import { execFileSync } from 'node:child_process';
import { accessSync, constants, existsSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { delimiter, dirname, isAbsolute, join } from 'node:path';
import type { AgentDefinition } from '../../shared/agent-words.ts';
import type { Offline } from '../../shared/offline.ts';
import type { PolicyAnswer } from '../../shared/policy-words.ts';
import type { StatePaths } from '../../shared/state-paths.ts';
import { lookAtAgents, readTrusted } from '../agents/trust.ts';
import { policyPath } from '../policy/follow-policy.ts';
import { readPolicy } from '../policy/policy-file.ts';
import { configFile, configFolder } from '../system/config-file.ts';
import { homeFolder } from '../system/home-folder.ts';
import { refuseLongSocket, refuseOthers } from '../system/state-folder.ts';
import { isNewEnough, parseVersion } from '../work/git-version.ts';
import { databaseFindings } from './database-findings.ts';
import { bad, type FindingFacts, good, looked, note } from './findings.ts';
import { startSettings } from './start-settings.ts';

export const examine: Offline['examine'] = async (paths, path) => [
  looked('state folder', () => stateFolder(paths)),
  ...(await databaseFindings(paths)),
  looked('git', () => git(paths.project)),
  looked('PATH of runs', () => programs(paths, path)),
  looked('config.json', ownFile),
  looked('signalbox.json', () => agents(paths)),
  looked('rules', () => rules(paths)),
];

function stateFolder(paths: StatePaths): FindingFacts {
  refuseLongSocket(paths);
  if (!existsSync(paths.folder)) {
    refuseUnwritable(nearestFolder(paths.folder));
    return note(`${paths.folder} is made at the first start.`);
  }
  refuseOthers(paths.folder, 0o700);
  for (const file of [paths.database, paths.door]) if (existsSync(file)) refuseOthers(file, 0o600);
  writeSomething(paths.folder);
  if (existsSync(paths.runs)) writeSomething(paths.runs);
  if (`${paths.folder}/`.startsWith(`${paths.project}/`))
    return note(`${paths.folder} lies in the project, where "git clean" may take it. Set XDG_STATE_HOME.`);
  return good(`${paths.folder} is yours alone.`);
}

/** The nearest existing ancestor folder. */
const nearestFolder = (path: string): string => (existsSync(path) ? path : nearestFolder(dirname(path)));

function refuseUnwritable(folder: string): void {
  accessSync(folder, constants.W_OK | constants.X_OK);
  if (!statSync(folder).isDirectory()) throw Object.assign(new Error(), { code: 'ENOTDIR', path: folder });
}

/** Writes a file, because a full disk shows only then. */
function writeSomething(folder: string): void {
  const path = join(folder, `doctor-${process.pid}`);
  try {
    writeFileSync(path, Buffer.alloc(4096), { mode: 0o600, flag: 'wx' });
  } catch (error) {
    throw Object.assign(error as Error, { path: folder });
  } finally {
    rmSync(path, { force: true });
  }
}

function git(project: string): FindingFacts {
  const version = run('git', ['--version'], project);
  if (version === null) return note('There is no git: files are found by walking through the folders.');
  const found = parseVersion(version);
  if (!found || !isNewEnough(found))
    return note(`${version}; worktrees need 2.38 or newer, so units with an agent get stuck here.`);
  const inside = run('git', ['rev-parse', '--is-inside-work-tree'], project) === 'true';
  return inside
    ? good(`${version}; ${project} is a work tree, so units with an agent get worktrees of their own.`)
    : note(`${version}; ${project} is no work tree: files are found by walking through the folders.`);
}

function run(program: string, args: readonly string[], cwd: string): string | null {
  try {
    return execFileSync(program, args, {
      cwd,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
      timeout: 5000,
    }).trim();
  } catch {
    return null;
  }
}

function programs(paths: StatePaths, path: string): FindingFacts {
  const isThere = (program: string) => isFound(program, path, paths.project);
  if (!isThere('/bin/sh')) return bad('There is no /bin/sh, which every run starts with.');
  const own = join(paths.bin, 'signalbox');
  if (existsSync(paths.bin) && !isThere(own))
    return bad(`${own} is gone, so no run can ask. The next start makes it anew.`);
  const agents = [...new Set(trustedAgents(paths).flatMap(({ command }) => command[0] ?? []))];
  const missing = agents.filter((program) => !isThere(program));
  if (missing.length > 0) return note(`Runs do not find ${missing.join(', ')}; they look in ${path}`);
  return good(`Runs find ${['sh', 'signalbox', ...agents].join(', ')}.`);
}

const trustedAgents = (paths: StatePaths): readonly AgentDefinition[] => readTrusted(paths)?.agents ?? [];

/** Looks up a program like a shell: a name with a slash is relative to the project. */
function isFound(program: string, path: string, project: string): boolean {
  const places = program.includes('/')
    ? [isAbsolute(program) ? program : join(project, program)]
    : path.split(delimiter).map((folder) => join(folder, program));
  return places.some(isExecutable);
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}

export const policyFile: Offline['policyFile'] = (project) =>
  policyPath(configFolder(process.env, homeFolder()), project);

function rules({ project }: StatePaths): FindingFacts {
  const path = policyFile(project);
  try {
    const found = readPolicy(path);
    if (found.length === 0) return good('There are none in a file of yours: every permission is asked.');
    const count = (answer: PolicyAnswer) => found.filter((rule) => rule.answer === answer).length;
    return good(
      `${path} allows by ${count('allow')}, asks by ${count('ask')} and denies by ${count('deny')} rules.`,
    );
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return bad(`${why} Until it is mended, every permission is asked, and no daemon starts.`);
  }
}

function agents(paths: StatePaths): FindingFacts {
  const { status, path, agents } = lookAtAgents(paths);
  const names = agents.map(({ name }) => name).join(', ');
  if (status === 'absent') return good('There is none: every unit names its commands.');
  if (status === 'trusted') return good(`You trust its agents: ${names}.`);
  const what = status === 'new' ? 'is not trusted yet' : 'has changed since you trusted it';
  return note(`${path} ${what} (${names}). Look at it: signalbox trust`);
}

/** The operator's own settings, also without a daemon. */
function ownFile(): FindingFacts {
  const path = configFile(process.env, homeFolder());
  if (!existsSync(path)) return good('There is none: all settings are as by default, or as they were set.');
  startSettings({}, process.env, homeFolder());
  return good(`${path} can be taken.`);
}
