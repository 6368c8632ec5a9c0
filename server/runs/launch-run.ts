/** Starts the process of a run, so that it is recorded before it does anything. */
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import type { NeverBegan } from '../../shared/reason-words.ts';
import type { Outcome, ProcessIdentity, Run } from '../../shared/words.ts';
import { NoCommand } from '../agents/agent.ts';
import { agentOf } from '../agents/agent-of.ts';
import { inShell, shellAgent } from '../agents/shell-agent.ts';
import { taskOf } from '../agents/task.ts';
import { spawned } from '../domain/commands/runs.ts';
import { isSettingUp } from '../domain/state.ts';
import type { Store } from '../store/store.ts';
import type { Log } from '../system/log.ts';
import { lookUp } from '../system/processes.ts';
import { runFiles } from '../system/run-files.ts';
import { WorkRefused } from '../work/refused.ts';
import { writeAnswers } from './answers-file.ts';
import { environmentFor } from './environment.ts';
import type { Worktrees } from './worktrees.ts';
import { makeRunFolder, spawnWrapper } from './wrapper.ts';

/** What the runs of a daemon are started with. */
export interface RunParts {
  readonly store: Store;
  readonly log: Log;
  /** Where runs work that have no worktree, where their files are, and what they need to find the way back. */
  readonly project: string;
  readonly runs: string;
  readonly socket: string;
  readonly bin: string;
  /** Of the operator's shell: the daemon's own files are for nobody else, those of runs as it says. */
  readonly umask: number;
}
export interface LaunchParts extends RunParts {
  readonly worktrees: Worktrees;
}

/**
 * Spawns the wrapper, commits its identity, and only then says "go": nothing runs unrecorded. Returns the outcome of a
 * run that never began; null: it runs. `look` is called when the wrapper reports or exits.
 */
export async function launchRun(
  { store, project, runs, socket, bin, umask, worktrees }: LaunchParts,
  run: Run,
  token: string,
  look: () => void,
): Promise<Outcome | null> {
  const { unit } = run;
  const work = store.state.works.get(unit);
  if (!work) return null;
  const { spec } = work.unit;
  const files = runFiles(runs, run.unit, run.number);
  let child: ChildProcess | null = null;
  try {
    makeRunFolder(files);
    writeAnswers(files.answers, work, run.number);
    const agent = isSettingUp(work) ? shellAgent : agentOf(store.state, spec);
    if (!agent) return neverBegan('agent-not-trusted', spec.agent ?? '');
    const place = await worktrees.placeOf(work.unit);
    const env = environmentFor(
      { spec, agent, run, token, socket, answers: files.answers, bin, place },
      process.env,
    );
    const { setup } = work.unit.work ?? {};
    const command =
      setup && isSettingUp(work)
        ? inShell(setup.command)
        : agent.command(taskOf(work, run, project, files.answers));
    child = spawnWrapper({ files, marker: run.marker, command, cwd: place.cwd, env, umask });
    const identity = await identify(child, look);
    if (!identity) {
      child.stdin?.destroy();
      return neverBegan('wrapper-ended');
    }
    await store.lead((state) => spawned(state, { unit, run: run.number, ...identity }));
    child.stdin?.end('go\n');
    child.unref();
    return null;
  } catch (error) {
    child?.stdin?.destroy();
    return { exit: 'never-began', ...whyNeverBegan(error) };
  }
}

async function identify(child: ChildProcess, look: () => void): Promise<ProcessIdentity | null> {
  for (const emitter of [child, child.stdin]) emitter?.on('error', look);
  child.on('exit', look);
  await once(child, 'spawn');
  const found = lookUp(child.pid ?? 0);
  return found ? { pid: found.pid, started: found.started } : null;
}

const neverBegan = (code: 'wrapper-ended' | 'agent-not-trusted', detail = ''): Outcome => ({
  exit: 'never-began',
  code,
  detail,
});

function whyNeverBegan(error: unknown): NeverBegan {
  if (error instanceof NoCommand) return { code: error.code, detail: error.detail };
  if (error instanceof WorkRefused) return { code: 'worktree', problem: error.problem };
  return { code: 'cannot-start', detail: error instanceof Error ? error.message : String(error) };
}
