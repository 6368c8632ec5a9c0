import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Run, UnitSpec } from '../../shared/words.ts';
import type { Agent } from '../agents/agent.ts';

/** What every run sees of the daemon's own environment; a unit may name more. */
const PASSED = ['HOME', 'PATH', 'USER', 'SHELL', 'LANG', 'TERM', 'TZ', 'TMPDIR', 'SSH_AUTH_SOCK'];

export interface RunEnvironment {
  readonly spec: Pick<UnitSpec, 'chunk' | 'env'>;
  /** Who carries it out: the variables that it needs. */
  readonly agent: Pick<Agent, 'env'>;
  readonly run: Pick<Run, 'phase' | 'number' | 'marker'>;
  /** By which the run, and nobody else, asks and reports. Nowhere but in its environment. */
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

/** The environment of a run: little of the daemon's, and the way back to it. */
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

/** Where a run looks for programs: first where `signalbox` is. */
export const pathFor = (bin: string, own: NodeJS.ProcessEnv): string =>
  [bin, own.PATH].filter(Boolean).join(':');

/** Makes the folder that each run finds `signalbox` in: this very build, by this very node. */
export function makeBin(folder: string, program: string): void {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const path = join(folder, 'signalbox');
  const quote = (word: string) => `'${word.replaceAll("'", `'\\''`)}'`;
  writeFileSync(path, `#!/bin/sh\nexec ${quote(process.execPath)} ${quote(program)} "$@"\n`, { mode: 0o700 });
  chmodSync(path, 0o700);
}
