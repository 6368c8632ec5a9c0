/** A project whose daemon dies again and again: units that ask, units in worktrees that are merged, an operator, a viewer. */
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { BoardMessage } from '../../shared/board.ts';
import { killQuietly, type Running } from '../daemon-fixture.ts';
import { Callers } from '../edge/callers.ts';
import { Scene } from '../stories/worktrees-scene.ts';
import { until } from '../until.ts';
import { ClientLog } from './client-log.ts';
import { violations } from './invariants.ts';
import { type FaultPlan, type KillPoint, PLAN_VARIABLE } from './kill-points.ts';
import { FaultOperator } from './operator.ts';

/**
 * How long a life goes on whose point does not come, ms, from the first answer on, and from whatever happens after that: on a
 * busy machine points come later. And how long the first answer may take.
 */
const LIFE_MS = 4000;
const SLOWEST_START_MS = 30_000;
/** So long nothing happens before something counts as forgotten, ms. */
const PATIENCE_MS = 60_000;
const POINTS = new URL('./kill-points.js', import.meta.url).href;

export class FaultsScene {
  readonly log = new ClientLog();
  readonly #scene: Scene;
  readonly #operator: FaultOperator;
  readonly #notes: string;
  #viewer: Running | null = null;
  #made = 0;

  private constructor(scene: Scene) {
    this.#scene = scene;
    this.#operator = new FaultOperator(scene.house, this.log);
    this.#notes = join(scene.house.folder, 'notes');
    for (const name of ['locks', 'told']) mkdirSync(join(this.#notes, name), { recursive: true });
  }

  static async open(): Promise<FaultsScene> {
    const flags = ['--undo-seconds', '0', '--max-agents', '8'];
    const work = { merge: 'auto', setup: 'echo ready > .setup' };
    const scene = new FaultsScene(await Scene.open({ numbers: 'begin\n' }, work, () => {}, ...flags));
    scene.#viewer = scene.house.run('watch', '--json');
    await until('the viewer to see', () => scene.#viewer?.stdout() !== '');
    await scene.house.end('SIGKILL');
    return scene;
  }

  get house() {
    return this.#scene.house;
  }

  /** Units for one life: one that asks, and, each second time, one with a worktree. */
  addWork(): void {
    const nth = this.#made++;
    const asker = `asker-${nth}`;
    const prompt = `What for ${asker}?`;
    this.log.prompts.add(prompt);
    const ask = `signalbox ask "${prompt}" > "$file"`;
    const file = `file=$(mktemp "${this.#notes}/told/${asker}.XXXXXX")`;
    this.#operator.wants({ chunk: asker, ...shell(`${file}; ${this.#alone(asker, ask)}`) });
    if (nth % 2 === 1) return;
    const chunk = `change-${nth}`;
    this.#scene.write(`${chunk}.sh`, this.#alone(chunk, `echo ${chunk} > ${chunk}`));
    this.#scene.go(chunk);
    this.#operator.wants({ chunk, ...{ agent: 'script' } });
  }

  /** Notes when two are at work on one unit at once. */
  #alone(chunk: string, work: string): string {
    const lock = `"${this.#notes}/locks/${chunk}"`;
    return `mkdir ${lock} || echo ${chunk} >> "${this.#notes}/doubled"\n${work}\ncode=$?\nrmdir ${lock}\n[ $code -eq 0 ]`;
  }

  /** A daemon that lives until its point, or until a moment of chance. Resolves to whether it died at its point. */
  async live(kill: KillPoint | null, names: string, chance: number): Promise<boolean> {
    const hit = join(this.#notes, 'hit');
    const path = join(this.#notes, 'plan.json');
    const plan: FaultPlan = { command: 'start', names, hit, kill };
    rmSync(hit, { force: true });
    writeFileSync(path, JSON.stringify(plan));
    const { env } = this.house;
    Object.assign(env, { NODE_OPTIONS: `--import=${POINTS}`, [PLAN_VARIABLE]: path });
    const daemon = this.house.run('start', '--foreground', '--no-auth');
    delete env.NODE_OPTIONS;
    delete env[PLAN_VARIABLE];
    const work = kill
      ? this.#workOn(daemon, SLOWEST_START_MS, LIFE_MS, true)
      : this.#workOn(daemon, chance, chance);
    await Promise.race([daemon.finished, work]);
    daemon.child.kill('SIGKILL');
    const { code, stderr } = await daemon.finished;
    await work;
    if (code !== null) throw new Error(`the daemon ended by itself with ${code}: ${stderr}`);
    return existsSync(hit);
  }

  /** Until all is done, and a little longer; the daemon may die meanwhile. Its start does not count to its life. */
  async #workOn({ child }: Running, startMs: number, lifeMs: number, isPatient = false): Promise<void> {
    let deadline = Date.now() + startMs;
    let [idle, hasAnswered, seq] = [0, false, 0];
    while (Date.now() < deadline && idle < 5 && child.exitCode === null && child.signalCode === null) {
      const isDone = await this.#operator.look().catch(() => null);
      if (isDone !== null && !hasAnswered) {
        hasAnswered = true;
        deadline = Math.min(deadline, Date.now() + lifeMs);
      }
      if (isPatient && hasAnswered && this.#operator.seq !== seq) {
        seq = this.#operator.seq;
        deadline = Date.now() + lifeMs;
      }
      idle = isDone ? idle + 1 : 0;
      await pause(20);
    }
  }

  /** What is broken, while the daemon is dead. */
  async broken(): Promise<string[]> {
    this.#takeNotes();
    return violations(this.house.paths.database, this.log, false);
  }

  /** The operator looks once. */
  look = (): Promise<boolean> => this.#operator.look();

  /** Ends a wrapper and nothing else of its run. Resolves to whether one was there. */
  killWrapper(nth: number): boolean {
    const isWrapper = (pid: number) => commandLine(pid).includes('signalbox-run-');
    const wrappers = this.house.processes().filter(isWrapper);
    const one = wrappers[nth % (wrappers.length || 1)];
    if (one !== undefined) killQuietly(one);
    return one !== undefined;
  }

  /** A daemon that nobody kills brings everything to its end; what is broken then. */
  async finish(): Promise<string[]> {
    await this.house.start();
    await this.#untilDone();
    await until('every process to be gone', () => this.house.processes().length === 0);
    const last = (await this.house.json<{ seq: number }>('status')).seq;
    await until('the viewer to have seen all', () => this.#seen().at(-1)?.seq === last);
    await this.house.end('SIGTERM');
    this.#takeNotes();
    return [...(await violations(this.house.paths.database, this.log, true)), ...this.#unmerged()];
  }

  /** As long as something happens, it may take its time. */
  async #untilDone(): Promise<void> {
    const callers = new Callers(this.house);
    let seq = -1;
    for (let deadline = 0; !(await this.#operator.look()); await pause(20)) {
      const now = await callers.seq();
      if (now !== seq) deadline = Date.now() + PATIENCE_MS;
      if (Date.now() > deadline) throw new Error(await this.#left());
      seq = now;
    }
  }

  /** What has not come to its end, in full: nobody can look later. */
  async #left(): Promise<string> {
    const units = await this.house.json<{ chunk: string; status: string }[]>('ls');
    const left = units.filter(({ status }) => status !== 'DONE').map(({ chunk }) => chunk);
    const facts = await Promise.all(left.map((chunk) => this.house.ok('show', chunk)));
    return `not done: ${left.join(', ')}\n${facts.join('\n')}\n${this.house.daemonOutput}`;
  }

  /** Each change is in the branch once, and the operator's folder is clean. */
  #unmerged(): string[] {
    const changes = [...this.log.units].filter((chunk) => chunk.startsWith('change-'));
    const merges = this.#scene.git('log', '--merges', '--format=%s').split('\n').filter(Boolean).length;
    const missing = changes.filter((chunk) => !existsSync(join(this.house.project, chunk)));
    const status = this.#scene.git('status', '--porcelain');
    return [
      ...missing.map((chunk) => `I1 the work of ${chunk} was never merged`),
      ...(merges === changes.length ? [] : [`I2 ${changes.length} changes came by ${merges} merges`]),
      ...(status === '' ? [] : [`I3 the operator's folder is not clean: ${status}`]),
    ];
  }

  #takeNotes(): void {
    const doubled = join(this.#notes, 'doubled');
    if (existsSync(doubled)) this.log.doubled.push(...readFileSync(doubled, 'utf8').trim().split('\n'));
    this.log.printed.clear();
    for (const name of readdirSync(join(this.#notes, 'told'))) {
      const prompt = `What for ${name.split('.')[0]}?`;
      const text = readFileSync(join(this.#notes, 'told', name), 'utf8');
      this.log.printed.set(prompt, [...(this.log.printed.get(prompt) ?? []), text]);
    }
    this.log.watched.splice(0, Number.POSITIVE_INFINITY, ...this.#seen());
  }

  /** The messages that came to the viewer; those that carry nothing only say that it is connected. */
  #seen(): ClientLog['watched'] {
    const lines = this.#viewer?.stdout().split('\n').slice(0, -1) ?? [];
    const messages = lines.map((line) => JSON.parse(line) as BoardMessage);
    return messages.flatMap(({ snapshot, news }): ClientLog['watched'][number][] => {
      if (snapshot) return [{ seq: snapshot.seq, isSnapshot: true }];
      return news && news.put.length + news.drop.length > 0 ? [{ seq: news.seq, isSnapshot: false }] : [];
    });
  }

  close = (): Promise<void> => this.#scene.close();
}

const shell = (command: string) => ({ command });

function commandLine(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'latin1');
  } catch {
    return '';
  }
}
