/**
 * Preloaded into a daemon, ends it at an exact moment of its launches: holds back what each launch does next
 * until all of them have come so far, then sends the signal.
 */
import { ChildProcess } from 'node:child_process';
import type { DaemonFixture } from '../daemon-fixture.ts';
import { preload, preloadedPlan } from './preload.ts';

/** The moments within a launch: identity not committed; committed, "go" not said; "go" just said. */
export type LaunchMoment = 'spawned' | 'recorded' | 'just let go';

interface Plan {
  readonly moment: LaunchMoment;
  readonly signal: NodeJS.Signals;
  readonly launches: number;
}

export function stopAt(house: DaemonFixture, plan: Plan): void {
  preload(house, import.meta.url, plan);
}

const given = preloadedPlan<Plan>();
if (given) arm(given);

function arm({ moment, signal, launches }: Plan): void {
  const held: (() => void)[] = [];
  const release = () => {
    for (const act of held.splice(0)) act();
  };
  const hold = (act: () => void) => {
    held.push(act);
    if (held.length < launches) return;
    if (moment === 'just let go') release();
    // An orderly stop waits for launches under way: once it has begun, they go on.
    process.once(signal === 'SIGKILL' ? 'SIGTERM' : signal, () => setImmediate(release));
    process.kill(process.pid, signal);
  };
  onEachWrapper((child) => (moment === 'spawned' ? holdSpawned(child, hold) : holdGo(child, hold)));
}

type Hold = (act: () => void) => void;

/** Node's own method, which its types do not show. */
interface Spawning {
  spawn(this: ChildProcess, options: { readonly args?: readonly string[] }): number;
}

function onEachWrapper(seen: (child: ChildProcess) => void): void {
  const prototype = ChildProcess.prototype as unknown as Spawning;
  const { spawn } = prototype;
  prototype.spawn = function (options) {
    const failed = spawn.call(this, options);
    if (options.args?.some((each) => each.startsWith('signalbox-run-'))) seen(this);
    return failed;
  };
}

/** The daemon does not hear that its wrapper lives, so it cannot record it. */
function holdSpawned(child: ChildProcess, hold: Hold): void {
  const emit = child.emit.bind(child) as (event: string, ...rest: unknown[]) => boolean;
  child.emit = ((event: string, ...rest: unknown[]) => {
    if (event !== 'spawn') return emit(event, ...rest);
    hold(() => emit(event, ...rest));
    return true;
  }) as ChildProcess['emit'];
}

/** The wrapper does not hear "go". */
function holdGo({ stdin }: ChildProcess, hold: Hold): void {
  if (!stdin) return;
  const end = stdin.end.bind(stdin) as (...rest: unknown[]) => void;
  stdin.end = ((...rest: unknown[]) => {
    hold(() => end(...rest));
    return stdin;
  }) as typeof stdin.end;
}
