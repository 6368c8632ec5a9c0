import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import type { NeverBegan } from '../../shared/reason-words.ts';
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
 * Spawns the wrapper, has its identity committed, and only then says "go": nothing runs unrecorded. Returns how the
 * run ended where it never began; null: it goes on. `look` is called when something has changed about the wrapper.
 */
export async function letGo(
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
    if (!agent) return neverBegan('agent-not-trusted', spec.agent ?? '');
    const env = environmentFor({ spec, agent, run, token, socket, answers: files.answers, bin }, process.env);
    const command = agent.command(taskOf(work, run, project, files.answers));
    child = spawnWrapper({ files, marker: run.marker, command, cwd: project, env, umask });
    const identity = await identify(child, look);
    if (!identity) {
      child.stdin?.destroy();
      return neverBegan('wrapper-ended');
    }
    await store.commit(DAEMON, (state) => spawned(state, { unit, run: run.number, ...identity }));
    child.stdin?.end('go\n');
    child.unref();
    return null;
  } catch (error) {
    child?.stdin?.destroy();
    const detail = error instanceof Error ? error.message : String(error);
    return neverBegan(error instanceof AnswersTooLong ? 'answers-too-long' : 'cannot-start', detail);
  }
}

async function identify(child: ChildProcess, look: () => void): Promise<ProcessIdentity | null> {
  for (const emitter of [child, child.stdin]) emitter?.on('error', look);
  child.on('exit', look);
  await once(child, 'spawn');
  const found = lookUp(child.pid ?? 0);
  return found ? { pid: found.pid, started: found.started } : null;
}

const neverBegan = (code: NeverBegan['code'], detail = ''): Outcome => ({
  exit: 'never-began',
  code,
  detail,
});
