/** `signalbox add`: adds one unit from flags, or several from a plan file. */
import { readFileSync } from 'node:fs';
import { type Command, Option } from 'commander';
import { parseJson } from '../../../shared/json-text.ts';
import { takingUnknown } from '../../../shared/unknown-input.ts';
import { MERGE_MODES } from '../../../shared/work-words.ts';
import type { Daemon } from '../../daemon/daemon-client.ts';
import { ProgramError } from '../output/program-error.ts';
import { printJson, tell } from '../output/terminal-output.ts';
import { collect, jsonOption } from './flags.ts';

interface AddFlags {
  readonly plan?: string;
  readonly command?: string;
  readonly agent?: string;
  readonly phase: readonly string[];
  readonly after: readonly string[];
  readonly title?: string;
  readonly goal?: string;
  readonly env: readonly string[];
  readonly priority?: string;
  readonly path?: readonly string[];
  readonly review?: readonly string[];
  readonly external?: boolean;
  readonly phases?: string;
  readonly timeLimit?: string;
  readonly worktree?: boolean;
  readonly inPlace?: boolean;
  readonly base?: string;
  readonly merge?: string;
  readonly budgetUsd?: string;
  readonly mode?: string;
  readonly model?: string;
  readonly json?: boolean;
}

export function addAddCommand(program: Command, daemon: () => Daemon): void {
  program
    .command('add')
    .description('add a unit, or all units of a plan')
    .argument('[chunk]', 'the name of the unit')
    .option('--plan <file>', 'a plan; "-" reads it from standard input')
    .option('--command <line>', 'what to run, in /bin/sh')
    .option('--agent <name>', 'or who carries it out: an agent of signalbox.json')
    .option('--phase <NAME=line>', 'a phase and its command; repeat for more', collect, [])
    .option('--after <chunk>', 'wait until this one is done; repeat for more', collect, [])
    .option('--title <text>', 'a few words')
    .option('--goal <text>', 'what it is for')
    .option('--env <NAME>', 'let the run see this variable; repeat for more', collect, [])
    .option('--priority <number>', 'higher goes first among equals')
    .option('--path <glob>', 'files that it will touch; repeat for more', collect)
    .option('--review <PHASE>', 'a phase to which you must agree; repeat for more', collect)
    .option('--time-limit <seconds>', 'bring it to you when a run takes longer')
    .addOption(
      new Option('--worktree', 'work in a git worktree of its own; units with an agent do').conflicts(
        'inPlace',
      ),
    )
    .option('--in-place', "work in the project's folder")
    .option('--base <branch>', 'the branch that its work returns to (default: that of the project)')
    .addOption(new Option('--merge <how>', 'what becomes of its work').choices(MERGE_MODES))
    .option('--mode <id>', 'the mode of its agent, by the id that the agent gives it')
    .option('--model <id>', 'the model of its agent')
    .option('--budget-usd <amount>', 'ask before it costs more than this')
    .option('--external', 'somebody else does the work and reports')
    .option('--phases <LIST>', 'external: its phases, with commas')
    .addOption(jsonOption())
    .action(async (chunk: string | undefined, flags: AddFlags) => {
      const units = unitsFrom(chunk, flags, (path) => readFileSync(path === '-' ? 0 : path, 'utf8'));
      const { seq, result } = await takingUnknown(daemon().units.add.mutate)({ units });
      if (flags.json) return printJson({ seq, chunks: result.chunks });
      tell(`added ${result.chunks?.join(', ')}.`);
    });
}

/** The units to add, as input of `units.add`: those of a plan, or the one that the flags describe. */
function unitsFrom(chunk: string | undefined, flags: AddFlags, read: (path: string) => string): unknown[] {
  if (flags.plan !== undefined) return planUnits(flags.plan, read);
  if (chunk === undefined)
    throw new ProgramError('usage', 'Name a unit, or give a plan: signalbox add --plan FILE');
  const {
    command,
    agent,
    phase,
    after,
    title,
    goal,
    env,
    priority,
    path,
    review,
    external,
    phases,
    timeLimit,
    worktree,
    inPlace,
    base,
    merge,
    budgetUsd,
    mode,
    model,
  } = flags;
  return [
    {
      chunk,
      ...(command !== undefined && { command }),
      ...(agent !== undefined && { agent }),
      ...(phase.length > 0 && { commands: Object.fromEntries(phase.map(phaseOf)) }),
      ...(title !== undefined && { title }),
      ...(goal !== undefined && { goal }),
      ...(priority !== undefined && { priority: Number(priority) }),
      ...(path !== undefined && { paths: path }),
      ...(review !== undefined && { review }),
      ...(external && { external }),
      ...(phases !== undefined && { phases: phases.split(',') }),
      ...(timeLimit !== undefined && { time_limit: Number(timeLimit) }),
      ...(worktree && { worktree }),
      ...(inPlace && { worktree: false }),
      ...(base !== undefined && { base }),
      ...(merge !== undefined && { merge }),
      ...(mode !== undefined && { mode }),
      ...(model !== undefined && { model }),
      ...(budgetUsd !== undefined && { budget_usd: Number(budgetUsd) }),
      after,
      env,
    },
  ];
}

function planUnits(path: string, read: (path: string) => string): unknown[] {
  try {
    const { units } = parseJson(read(path)) as { units?: unknown };
    if (Array.isArray(units)) return units;
  } catch (error) {
    throw new ProgramError('usage', `The plan ${path} cannot be read as JSON: ${(error as Error).message}`);
  }
  throw new ProgramError('usage', `The plan ${path} needs a list called "units".`);
}

function phaseOf(text: string): [string, string] {
  const at = text.indexOf('=');
  if (at < 1) throw new ProgramError('usage', `--phase takes NAME=command, not "${text}".`);
  return [text.slice(0, at), text.slice(at + 1)];
}
