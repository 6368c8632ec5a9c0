import { parseJson } from '../../../shared/json-text.ts';
import { ProgramError } from '../output/program-error.ts';

export interface AddFlags {
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
  readonly json?: boolean;
}

/** The units to add, as input of `units.add`: those of a plan, or the one that the flags describe. */
export function unitsFrom(
  chunk: string | undefined,
  flags: AddFlags,
  read: (path: string) => string,
): unknown[] {
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
