import { readFileSync, realpathSync, statSync } from 'node:fs';
import { join, sep } from 'node:path';
import { ACP_DRIVER, type AgentDefinition, isDrivenByAcp } from '../../shared/agent-words.ts';
import type { UnitSpec } from '../../shared/words.ts';
import { type Agent, NoCommand, type Task } from './agent.ts';
import { PLACEHOLDER } from './placeholders.ts';
import { answerWords, composePrompt } from './prompt.ts';

/** execve(2): one argument has at most 128 KiB on Linux, its end included. */
const ARGUMENT_BYTES = 128 * 1024 - 1;

/** An agent that `signalbox.json` names. */
export const configuredAgent = (definition: AgentDefinition): Agent => ({
  name: definition.name,
  env: definition.env,
  interrupt: definition.interrupt,
  command: (task) => {
    const given = (task.session !== null && definition.resume) || definition.command;
    const command = isDrivenByAcp(definition) ? withChoices(given, task.unit.spec) : given;
    return command.map((_, at) => argumentAt(command, at, definition, task));
  },
});

/** The driver is told what the unit chooses, and looks whether the agent has it. */
function withChoices(
  command: readonly string[],
  { mode, model }: Pick<UnitSpec, 'mode' | 'model'>,
): readonly string[] {
  const chosen = Object.entries({ mode, model }).flatMap(([flag, value]) =>
    value === undefined ? [] : [`--unit-${flag}`, value],
  );
  return command.toSpliced(ACP_DRIVER.length, 0, ...chosen);
}

/** A placeholder is a whole argument and is replaced by one argument. */
function argumentAt(command: readonly string[], at: number, definition: AgentDefinition, task: Task): string {
  const written = command[at] ?? '';
  const [, name] = PLACEHOLDER.exec(written) ?? [];
  if (name === undefined) return written;
  const value = wordsFor(name, definition, task);
  if (Buffer.byteLength(value) > ARGUMENT_BYTES) {
    const byFile = wordsFor(name, definition, { ...task, by_file: true });
    if (task.by_file || Buffer.byteLength(byFile) > ARGUMENT_BYTES)
      throw new NoCommand('argument-too-long', written);
    throw new NoCommand('answers-too-long', written);
  }
  // Refuses text that the program would parse as an option, unless `--` precedes it.
  const isSafe = !value.startsWith('-') || command.slice(0, at).includes('--');
  return isSafe ? value : ` ${value}`;
}

/** Removes NUL, which no argument can contain. */
const wordsFor = (name: string, definition: AgentDefinition, task: Task): string =>
  meaningOf(name, definition, task).replaceAll('\0', '');

function meaningOf(name: string, definition: AgentDefinition, task: Task): string {
  const { chunk, title, goal } = task.unit;
  switch (name) {
    case 'chunk':
      return chunk;
    case 'phase':
      return task.phase;
    case 'run':
      return String(task.run);
    case 'goal':
      return goal || title;
    case 'answer':
      return answerWords(task);
    case 'session':
      return task.session ?? '';
    case 'project':
      return task.there ?? task.project;
    case 'worktree':
      return task.work?.path ?? task.there ?? task.project;
    case 'branch':
      return task.work?.branch ?? '';
    case 'base':
      return task.work ? (task.work.base ?? task.work.base_commit) : '';
    default:
      return composePrompt(task, promptFile(definition.prompts[task.phase], task.project));
  }
}

/** The text of the phase's prompt file; null: none. After resolving links it must lie in the project. */
function promptFile(path: string | undefined, project: string): string | null {
  if (path === undefined) return null;
  const real = realOf(join(project, path));
  if (real === null) throw new NoCommand('prompt-file-missing', path);
  if (!real.startsWith(realpathSync(project) + sep)) throw new NoCommand('prompt-file-outside', path);
  const found = statSync(real);
  if (!found.isFile() || found.size > ARGUMENT_BYTES) throw new NoCommand('prompt-file-too-large', path);
  return readFileSync(real, 'utf8');
}

function realOf(path: string): string | null {
  try {
    return realpathSync(path);
  } catch {
    return null;
  }
}
