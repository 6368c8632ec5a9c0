/** The environment of a run. */
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Run, UnitSpec } from '../../shared/words.ts';
import type { Agent } from '../agents/agent.ts';

/** Variables of the daemon's environment that every run gets; a unit may name more. */
const PASSED = ['HOME', 'PATH', 'USER', 'SHELL', 'LANG', 'TERM', 'TZ', 'TMPDIR', 'SSH_AUTH_SOCK'];

export interface RunEnvironment {
  readonly spec: Pick<UnitSpec, 'chunk' | 'env'>;
  /** The agent, for the variables that it needs. */
  readonly agent: Pick<Agent, 'env'>;
  readonly run: Pick<Run, 'phase' | 'number' | 'marker'>;
  /** The run's token, which exists only in its environment. */
  readonly token: string;
  readonly socket: string;
  readonly answers: string;
  /** A folder that holds `signalbox`. */
  readonly bin: string;
  /** Where it works, and what it is told of that. */
  readonly place: RunPlace;
}

export interface RunPlace {
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
}

/** The environment of a run: few of the daemon's variables, and those that lead back to it. */
export function environmentFor(input: RunEnvironment, own: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const { spec, run } = input;
  const names = new Set([...PASSED, ...spec.env, ...input.agent.env]);
  const passed = Object.entries(own).filter(([name]) => names.has(name) || name.startsWith('LC_'));
  return {
    ...Object.fromEntries(passed),
    PATH: pathFor(input.bin, own),
    SIGNALBOX_CHUNK: spec.chunk,
    SIGNALBOX_PHASE: run.phase,
    SIGNALBOX_RUN: String(run.number),
    SIGNALBOX_MARKER: run.marker,
    SIGNALBOX_CREDENTIAL: input.token,
    SIGNALBOX_SOCKET: input.socket,
    SIGNALBOX_ANSWERS: input.answers,
    ...input.place.env,
  };
}

/** PATH of a run: the folder of `signalbox` first. */
export const pathFor = (bin: string, own: NodeJS.ProcessEnv): string =>
  [bin, own.PATH].filter(Boolean).join(':');

/** Makes the folder in which runs find `signalbox`: this build, with this Node. */
export function makeBin(folder: string, program: string): void {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const path = join(folder, 'signalbox');
  const quote = (word: string) => `'${word.replaceAll("'", `'\\''`)}'`;
  writeFileSync(path, `#!/bin/sh\nexec ${quote(process.execPath)} ${quote(program)} "$@"\n`, { mode: 0o700 });
  chmodSync(path, 0o700);
}
