/** A run at work, and then no daemon, and a record that names a stranger. */
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { sendSignal } from '../../server/system/processes.ts';
import type { ProcessIdentity } from '../../shared/words.ts';
import { DaemonFixture } from '../daemon-fixture.ts';
import { until } from '../until.ts';
import { Gate } from './command-gate.ts';
import { endsOf, renameProcess, runOf } from './run-events.ts';
import { Units } from './units.ts';
import { Stranger } from './unrelated-process.ts';

export interface Kind {
  readonly name: string;
  /** Whether it leads a process group of its own. */
  readonly leads: boolean;
  /** What the record says of it; `own` is the process that the run really had. */
  readonly recorded: (stranger: ProcessIdentity, own: ProcessIdentity) => ProcessIdentity;
}

/** A house with one unit, and the strangers who are about. */
export class Scene {
  readonly house = DaemonFixture.make();
  readonly gate = new Gate(this.house.project);
  readonly units = new Units(this.house);
  #own: ProcessIdentity | null = null;
  readonly #strangers: Stranger[] = [];

  async work(command: string): Promise<void> {
    await this.house.start('--port', '0');
    await this.units.add('work', `${command}; ${this.gate.wait}`);
    await until('the run to begin', () => existsSync(join(this.house.project, 'begun')));
  }

  /** The daemon is gone, and a stranger stands where the run was. */
  async confuse({ leads, recorded }: Kind): Promise<void> {
    await this.house.end('SIGKILL');
    const { identity } = this.meets(await Stranger.family(leads));
    const run = runOf(this.house, 'work');
    assert.ok(run.process);
    this.#own = run.process;
    renameProcess(this.house, run, recorded(identity, run.process));
  }

  /** The wrapper of the run, whatever its record says. */
  get own(): ProcessIdentity {
    assert.ok(this.#own);
    return this.#own;
  }

  meets(stranger: Stranger): Stranger {
    this.#strangers.push(stranger);
    return stranger;
  }

  /** Ends the real family; stopped first, so that none of them can note the end of another. */
  async loseFamily(): Promise<void> {
    const family = this.house.processes();
    for (const name of ['SIGSTOP', 'SIGKILL'] as const) for (const pid of family) sendSignal(pid, name);
    await until('the family to be gone', () => this.house.processes().length === 0);
  }

  /** Starts a daemon that has looked at every run. */
  async restart(): Promise<void> {
    await this.house.start();
    await this.units.add('witness', 'true');
    await this.units.becomes('witness', 'DONE');
  }

  async kill(): Promise<void> {
    const { code, stderr } = await this.house.signalbox('kill', 'work');
    assert.equal(code, 0, stderr);
  }

  /** How the runs of the unit ended, when the whole story is over and nobody else is the worse for it. */
  ends(): string[] | undefined {
    assert.notEqual(this.#strangers.length, 0);
    for (const stranger of this.#strangers) assert.deepEqual(stranger.gone(), []);
    return endsOf(this.house).get('work');
  }

  async close(): Promise<void> {
    for (const stranger of this.#strangers) stranger.leave();
    this.gate.close();
    await this.house.close();
  }
}

export const inScene = (act: (scene: Scene) => Promise<void>) => async () => {
  const scene = new Scene();
  try {
    await act(scene);
  } finally {
    await scene.close();
  }
};
