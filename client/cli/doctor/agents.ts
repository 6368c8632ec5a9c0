/** `signalbox doctor --agents`: tries the way of what each agent asks, with scripted models in place of real ones. */
import { execFile } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { constants } from 'node:os';
import { join } from 'node:path';
import type { StatePaths } from '../../../shared/state-paths.ts';
import type { ModelServer } from '../../scripted-models/model-server.ts';
import { SCRIPTED_AGENTS, type ScriptedAgent } from '../../scripted-models/scripted-agents.ts';
import { loadOffline } from '../context/load-offline.ts';
import { ProgramError } from '../output/program-error.ts';
import { print, printJson, tell } from '../output/terminal-output.ts';
import { type Candidate, candidatesFrom } from './agent-candidates.ts';
import { type AgentReport, type AgentsReport, hasFailed, type Trial, textOf } from './agent-report.ts';
import { notTried, tryAgent, tryLive } from './agent-trial.ts';
import { TemporaryDaemon } from './temporary-daemon.ts';

/** Variables of the operator that an agent gets when it is tried: none by which it could log in anywhere. */
const HARMLESS = ['PATH', 'USER', 'SHELL', 'LANG', 'TERM', 'TZ'];
const VERSION_MS = 20_000;
const VERSION_BYTES = 10_000;

/** Tries every agent that is configured or installed, and prints what came of it. Throws if a trial failed. */
export async function doctorAgents(paths: StatePaths, live: boolean, json: boolean): Promise<void> {
  const { lookAtAgents, knownAgents } = await loadOffline();
  const looked = lookAtAgents(paths);
  const place = { path: process.env.PATH ?? '', project: paths.project };
  const candidates = candidatesFrom(looked, knownAgents(), place);
  const { over, stop } = untilSignalled();
  try {
    const agents: AgentReport[] = [];
    for (const each of candidates) agents.push(await reportOn(each, live, over));
    const report: AgentsReport = { signalbox_json: looked.status, agents };
    await (json ? printJson(report) : print(textOf(report)));
    if (hasFailed(report)) throw new ProgramError('refused', 'Something that was tried did not work.');
  } finally {
    stop();
  }
}

/** Aborted by Ctrl-C and the like. What was begun is ended and removed first; then the process ends. */
function untilSignalled() {
  const over = new AbortController();
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
  const end = (signal: (typeof signals)[number]) => {
    if (!over.signal.aborted) tell('ending what was begun …');
    over.abort(new Interrupted(signal));
  };
  for (const signal of signals) process.on(signal, end);
  return {
    over: over.signal,
    stop: () => {
      for (const signal of signals) process.off(signal, end);
    },
  };
}

class Interrupted extends Error {
  readonly exitCode: number;
  constructor(signal: 'SIGINT' | 'SIGTERM' | 'SIGHUP') {
    super('Ended before all was tried; nothing is left of it.');
    this.exitCode = 128 + constants.signals[signal];
  }
}

async function reportOn(candidate: Candidate, live: boolean, over: AbortSignal): Promise<AgentReport> {
  const { name, isConfigured: configured, driver, like, program, path } = candidate;
  const facts = { name, configured, driver, like, program, path };
  const scripted = like === null ? undefined : SCRIPTED_AGENTS[like];
  const nothing = { ms: null, elsewhere: [] };
  if (path === null) return { ...facts, ...nothing, version: null, trials: none('not-installed') };
  if (!scripted) {
    const version = await versionOf(path, process.env, over);
    return { ...facts, ...nothing, version, trials: none('no-script') };
  }
  const model = await scripted.model();
  try {
    const from = performance.now();
    const tried = await scriptedTrials(candidate, scripted, model, over);
    const ms = Math.round(performance.now() - from);
    const last = live ? await liveTrial(candidate, over) : notTried('live turn', 'only-live');
    return { ...facts, ...tried, ms, trials: [...tried.trials, last], elsewhere: [...model.elsewhere] };
  } finally {
    await model.close();
  }
}

const none = (code: 'not-installed' | 'no-script'): Trial[] =>
  (['permission', 'question', 'ask_human'] as const).map((what) => notTried(what, code));

/** With an empty home and a dummy key: there is no login that could be touched. */
async function scriptedTrials(
  candidate: Candidate,
  agent: ScriptedAgent,
  model: ModelServer,
  over: AbortSignal,
): Promise<Pick<AgentReport, 'version' | 'trials'>> {
  const { name, path } = candidate;
  let own: NodeJS.ProcessEnv = {};
  const daemon = await TemporaryDaemon.open((folder) => {
    const [HOME, TMPDIR] = ['h', 't'].map((each) => join(folder, each)) as [string, string];
    for (const each of [HOME, TMPDIR]) mkdirSync(each);
    agent.furnish(HOME, model.url);
    own = { ...harmless(), ...agent.env(model.url), ...through(model.url), HOME, TMPDIR };
    return { env: own, agents: { [name]: entryFor(candidate, Object.keys(own)) } };
  });
  try {
    const version = await versionOf(path ?? '', own, over);
    return { version, trials: await tryAgent(daemon, name, agent, model, over) };
  } finally {
    await daemon.close();
  }
}

const harmless = (): NodeJS.ProcessEnv =>
  Object.fromEntries(HARMLESS.flatMap((name) => (process.env[name] ? [[name, process.env[name]]] : [])));

/** What an agent wants to reach elsewhere meanwhile comes to the scripted model, which refuses it. */
function through(url: string): Readonly<Record<string, string>> {
  const here = '127.0.0.1,localhost,::1';
  const names = ['HTTP_PROXY', 'HTTPS_PROXY', 'ALL_PROXY'].flatMap((name) => [name, name.toLowerCase()]);
  return { ...Object.fromEntries(names.map((name) => [name, url])), NO_PROXY: here, no_proxy: here };
}

/** As it is configured, but for its phases and their prompts. */
function entryFor({ definition, driver, program, path }: Candidate, env: readonly string[]) {
  const { command, resume } = definition;
  // A path within the project is none in another one.
  const found = (word: string) => (driver === 'acp' && word === program && path !== null ? path : word);
  return {
    command: command.map(found),
    ...(resume && { resume: resume.map(found) }),
    env: [...new Set([...definition.env, ...env])],
    phases: ['DO'],
  };
}

/** In an empty folder, with the operator's own environment and login. */
async function liveTrial(candidate: Candidate, over: AbortSignal): Promise<Trial> {
  const { name } = candidate;
  tell(`one real turn of ${name}, with your login: this costs money.`);
  const daemon = await TemporaryDaemon.open(() => ({
    env: process.env,
    agents: { [name]: entryFor(candidate, []) },
  }));
  try {
    return await tryLive(daemon, name, over);
  } finally {
    await daemon.close();
  }
}

const VERSION = /\d+(\.\d+)+(-[\w.]+\w)?/;

/** What `--version` prints of it; null: nothing, or not in time. */
function versionOf(path: string, env: NodeJS.ProcessEnv, over: AbortSignal): Promise<string | null> {
  return new Promise((resolve) => {
    const options = { timeout: VERSION_MS, maxBuffer: VERSION_BYTES, signal: over, env } as const;
    const child = execFile(path, ['--version'], options, (error, stdout) => {
      const line = error ? '' : (stdout.trim().split('\n')[0] ?? '').trim().slice(0, 200);
      resolve(VERSION.exec(line)?.[0] ?? (line || null));
    });
    child.stdin?.end();
  });
}
