/** `signalbox trust`: shows the agents of a project, and trusts them if the operator confirms. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { AgentDefinition } from '../../../shared/agent-words.ts';
import type { Looked } from '../../../shared/offline.ts';
import { AGENTS_FILE, type StatePaths } from '../../../shared/state-paths.ts';
import { WORK_DEFAULTS, type WorkSettings } from '../../../shared/work-words.ts';
import { overHttp } from '../../daemon/daemon-client.ts';
import { loadOffline } from '../context/load-offline.ts';
import { ProgramError } from '../output/program-error.ts';
import { complain, oneLine, print, printJson, styled, tell } from '../output/terminal-output.ts';
import { isConfirmed } from './confirmed.ts';
import { pollUntil } from './poll-until.ts';

export interface TrustFlags {
  readonly yes?: boolean;
  readonly json?: boolean;
}

/**
 * Shows what the project's `signalbox.json` would run, and trusts it if the operator says so. `yes`: said
 * already; `json`: shows it as data.
 */
export async function trustAgents(paths: StatePaths, { yes, json }: TrustFlags): Promise<void> {
  if (process.env.SIGNALBOX_MARKER !== undefined)
    throw new ProgramError('refused', 'A run cannot trust; a person has to look at signalbox.json.');
  const { lookAtAgents, trust } = await loadOffline();
  const looked = lookAtAgents(paths);
  if (looked.status === 'absent')
    throw new ProgramError('data', `There is no ${looked.path}: nothing to trust.`);
  await (json ? printJson(dataOf(looked)) : print(agentsText(looked)));
  if (looked.status === 'trusted') return tell('trusted already.');
  if (!yes && !(await isConfirmed(QUESTION, 'signalbox trust --yes')))
    throw new ProgramError('refused', 'Not trusted: nothing has changed.');
  trust(paths, looked);
  if (await isTaken(paths, looked)) tell('trusted.');
  else tell('trusted; the daemon that runs has not taken it over yet. Look closer: signalbox doctor');
}

/** Before a start: asks at a terminal, else prints what to do. An unreadable file does not prevent the start. */
export const offerTrust = (paths: StatePaths): Promise<void> =>
  offer(paths).catch((error: Error) => complain(error.message));

async function offer(paths: StatePaths): Promise<void> {
  // Most projects have no such file, so the offline bundle is loaded only if there is one.
  if (!existsSync(join(paths.project, AGENTS_FILE))) return;
  const { lookAtAgents } = await loadOffline();
  const { status, path } = lookAtAgents(paths);
  if (status === 'absent' || status === 'trusted') return;
  if (process.stdin.isTTY && process.stdout.isTTY && process.env.SIGNALBOX_MARKER === undefined)
    return trustAgents(paths, {});
  const what = status === 'new' ? 'is not trusted yet' : 'has changed since it was trusted';
  tell(`${path} ${what}; its agents do not count. Look at them: signalbox trust`);
}

const QUESTION = 'Runs may start these programs with your rights. Trust them?';

const TAKEN_MS = 10_000;

/** Waits until a running daemon has noticed the new trusted copy. */
const isTaken = ({ socket }: StatePaths, { digest }: Looked): Promise<boolean> =>
  pollUntil(TAKEN_MS, async () => {
    const status = await overHttp(socket)
      .status.query()
      .catch(() => null);
    return status === null || status.agents.digest === digest;
  });

const dataOf = ({ path, status, digest, agents, work }: Looked) => ({ path, status, digest, agents, work });

function agentsText({ path, status, agents, work }: Looked): string {
  const what = {
    absent: '',
    new: 'not trusted yet',
    changed: 'changed since it was trusted',
    trusted: 'trusted',
  };
  return [`${path} (${what[status]})`, ...agents.map(agentText), ...workText(work)].join('\n\n');
}

function agentText({ name, command, env, phases, prompts, interrupt, resume }: AgentDefinition): string {
  const files = Object.entries(prompts).map(([phase, path]) => `${phase} from ${path}`);
  const facts = {
    runs: command.map(quoted).join(' '),
    resumes: resume?.map(quoted).join(' ') ?? '',
    sees: env.join(', '),
    phases: phases.join(', '),
    prompts: files.join(', '),
    signal: interrupt ?? '',
  };
  const lines = Object.entries(facts).filter(([, value]) => value !== '');
  return [styled('bold', name), ...lines.map(([fact, value]) => `  ${fact.padEnd(8)}${oneLine(value)}`)].join(
    '\n',
  );
}

/** What it sets of worktrees: only what is not as by default, the setup first, as it is a command. */
function workText(work: WorkSettings): string[] {
  const { setup, ...rest } = work;
  const names = Object.keys(rest) as (keyof typeof rest)[];
  const lines = names
    .filter((name) => String(rest[name]) !== String(WORK_DEFAULTS[name]))
    .map((name) => `  ${name.padEnd(8)} ${oneLine(String(rest[name]))}`);
  const all = [...(setup === null ? [] : [`  setup    ${oneLine(setup)}`]), ...lines];
  return all.length === 0 ? [] : [[styled('bold', 'worktrees'), ...all].join('\n')];
}

/** As typed in a shell; unusual characters are shown escaped. */
const quoted = (argument: string): string =>
  /^[A-Za-z0-9_./:={},@%+-]+$/.test(argument) ? argument : JSON.stringify(argument);
