import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import type { Outcome, ProcessIdentity, Run } from '../../shared/words.ts';
import { AnswersTooLong } from '../agents/agent.ts';
import { agentOf } from '../agents/agent-of.ts';
import { taskOf } from '../agents/task.ts';
import { DAEMON } from '../domain/actors.ts';
import { spawned } from '../domain/commands/runs.ts';
import { lookUp } from '../system/processes.ts';
import { runFiles } from '../system/run-files.ts';
import { writeAnswers } from './answers-file.ts';
import type { DispatcherParts } from './dispatcher.ts';
import { environmentFor } from './environment.ts';
import { makeRunFolder, spawnWrapper } from './wrapper.ts';

/**
 * Spawns the wrapper, commits its identity, and only then says "go": nothing runs unrecorded. Returns the outcome of a
 * run that never began; null: it runs. `look` is called when the wrapper reports or exits.
 */
export async function launchRun(
  { store, project, runs, socket, bin, umask }: DispatcherParts,
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
    const agent = agentOf(store.state, spec);
    if (!agent) throw new Error(`its agent ${spec.agent} is not trusted`);
    const env = environmentFor({ spec, agent, run, token, socket, answers: files.answers, bin }, process.env);
    const command = agent.command(taskOf(work, run, project, files.answers));
    child = spawnWrapper({ files, marker: run.marker, command, cwd: project, env, umask });
    const identity = await identify(child, look);
    await store.commit(DAEMON, (state) => spawned(state, { unit, run: run.number, ...identity }));
    child.stdin?.end('go\n');
    child.unref();
    return null;
  } catch (error) {
    child?.stdin?.destroy();
    return neverBegan(error);
  }
}

async function identify(child: ChildProcess, look: () => void): Promise<ProcessIdentity> {
  for (const emitter of [child, child.stdin]) emitter?.on('error', look);
  child.on('exit', look);
  await once(child, 'spawn');
  const found = lookUp(child.pid ?? 0);
  if (!found) throw new Error('the wrapper ended at once');
  return { pid: found.pid, started: found.started };
}

function neverBegan(error: unknown): Outcome {
  const reason = error instanceof Error ? error.message : String(error);
  const isTooLong = error instanceof AnswersTooLong;
  return { exit: 'never-began', reason, ...(isTooLong && { code: 'answers-too-long' }) };
}
