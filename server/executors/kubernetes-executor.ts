/**
 * Runs on a cluster of Kubernetes: makes a job of one pod for each run, and links each pod that runs to the daemon, through the
 * cluster's own API. What is gone, only a listing of that API says: while it is away, nothing is.
 */
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Launch } from '../../shared/carry-words.ts';
import type { KubernetesDefinition } from '../../shared/executor-words.ts';
import type { Run } from '../../shared/words.ts';
import { tendedRuns } from '../domain/state.ts';
import { CarrierQueue } from './carrier-queue.ts';
import type { Executor, ExecutorParts } from './executors.ts';
import type { KubernetesApi } from './kubernetes-api.ts';
import { jobName, jobOf, jobsIn, ownerOf, type Pod, podsIn, selectorOf } from './kubernetes-job.ts';
import { LaunchFiles } from './launch-files.ts';
import { PodLink } from './pod-link.ts';
import { Reach } from './reach.ts';

/** How often the API is asked: while somebody is waited for, and while nobody is. */
const WAITING_MS = 2000;
const IDLE_MS = 30_000;
const FIRST_PAUSE_MS = 1000;
const LONGEST_PAUSE_MS = 10_000;

export class KubernetesExecutor implements Executor {
  readonly definition: KubernetesDefinition;
  readonly #parts: ExecutorParts;
  readonly #reach: Reach;
  readonly #stopping = new AbortController();
  readonly #files: LaunchFiles;
  readonly #queue = new CarrierQueue();
  readonly #owner: string;
  /** Null: it is opened anew, as the kubeconfig may say something else by now. */
  #api: KubernetesApi | null = null;
  /** By the name of the pod. */
  readonly #links = new Map<string, PodLink>();
  /** By the name of the pod: what keeps its link from being made. */
  readonly #unlinked = new Map<string, string>();
  /** By the name of the pod: its trouble, which stands in the log. */
  #troubles: ReadonlyMap<string, string> = new Map();
  /** Jobs whose runs had ended when the API was asked last: the carrier may have been on its way out. */
  #left: ReadonlySet<string> = new Set();
  #wake: AbortController | null = null;

  constructor(definition: KubernetesDefinition, parts: ExecutorParts, changed: () => void) {
    this.definition = definition;
    this.#parts = parts;
    this.#reach = new Reach(definition.name, parts.log, changed, this.#stopping.signal);
    this.#owner = ownerOf(parts.store.epoch, definition.name);
    this.#files = new LaunchFiles(join(parts.folder, 'kubernetes', this.#owner));
    void this.#watch();
  }

  get reach(): Executor['reach'] {
    return this.#reach.now;
  }

  async start({ marker, secret }: Pick<Launch, 'marker' | 'secret'>): Promise<string> {
    if (!this.#api) throw new Error(`${this.definition.name} is not reached`);
    this.#files.write({ marker, secret, lost_after: this.definition.lost_after });
    try {
      await this.#create(this.#api, marker);
      return jobName(marker);
    } finally {
      // Here, as a start may take as long as a claim may.
      this.#queue.expect(marker, performance.now());
      this.#wake?.abort();
    }
  }

  /** Throws where the server has refused it. Without an answer the job may be there: a listing will say. */
  async #create(api: KubernetesApi, marker: string): Promise<void> {
    const { ApiRefusal } = await import('./kubernetes-api.ts');
    try {
      await api.createJob(jobOf(this.definition, marker, this.#owner));
    } catch (error) {
      if (error instanceof ApiRefusal && error.status === ALREADY_THERE) return;
      if (error instanceof ApiRefusal && error.isFinal) {
        this.#files.remove(marker);
        throw error;
      }
      this.#tell(`it is not known whether it has taken ${jobName(marker)}: ${messageOf(error)}`);
    }
  }

  isWaiting(marker: string): boolean {
    const isFirst = this.#queue.isEmpty;
    const is = this.#queue.isWaiting(marker, performance.now());
    if (isFirst) this.#wake?.abort();
    return is;
  }

  cancel(marker: string): void {
    this.#delete(marker).catch(() => this.#wake?.abort());
  }

  /** Rejects where it was not deleted: what is left of it is found by a later look. */
  async #delete(marker: string): Promise<void> {
    this.#queue.forget(marker);
    this.#files.remove(marker);
    if (!this.#api) throw new Error(`${this.definition.name} is not reached`);
    await this.#api.deleteJob(jobName(marker));
  }

  stop = (): void => {
    this.#stopping.abort();
    for (const link of this.#links.values()) link.close();
  };

  /** Asks for jobs and pods again and again. */
  async #watch(): Promise<void> {
    const { signal } = this.#stopping;
    for (let pause = FIRST_PAUSE_MS; !signal.aborted; ) {
      let rest = pause;
      try {
        rest = (await this.#look()) ? WAITING_MS : IDLE_MS;
        pause = FIRST_PAUSE_MS;
      } catch (error) {
        this.#api = null;
        this.#reach.lose(messageOf(error));
        pause = Math.min(LONGEST_PAUSE_MS, pause * 2);
      }
      this.#wake = new AbortController();
      const until = AbortSignal.any([signal, this.#wake.signal]);
      await delay(rest, undefined, { signal: until }).catch(() => {});
    }
  }

  /** Returns whether anybody is waited for. */
  async #look(): Promise<boolean> {
    this.#files.prepare();
    this.#api ??= await this.#opened();
    const asked = performance.now();
    const selector = selectorOf(this.#owner);
    const [jobs, pods] = await Promise.all([this.#api.jobs(selector), this.#api.pods(selector)]);
    if (this.#stopping.signal.aborted) return false;
    const live = this.#liveRuns();
    const { all, open } = jobsIn(jobs);
    this.#keepLaunches(live);
    const launches = this.#files.markers();
    // A job whose launch is not here (any more) is waited for by nobody: its carrier would never get it.
    this.#queue.take(new Set([...open].filter((marker) => launches.has(marker))), asked);
    this.#linkAll(podsIn(pods), live);
    this.#tidy(all, live);
    const [problem] = this.#unlinked.values();
    if (problem === undefined) this.#reach.gain();
    else this.#reach.lose(problem);
    return launches.size + this.#left.size > 0 || !this.#queue.isEmpty || live.size > this.#links.size;
  }

  async #opened(): Promise<KubernetesApi> {
    const { KubernetesApi } = await import('./kubernetes-api.ts');
    return new KubernetesApi(this.definition.kubernetes, this.#stopping.signal);
  }

  /** Of this executor, by marker. */
  #liveRuns(): ReadonlyMap<string, Run> {
    const runs = tendedRuns(this.#parts.store.state);
    return new Map(
      runs.filter(({ executor }) => executor === this.definition.name).map((run) => [run.marker, run]),
    );
  }

  /** A secret is kept until its run is claimed, or has ended. */
  #keepLaunches(live: ReadonlyMap<string, Run>): void {
    for (const marker of this.#files.markers()) {
      const run = live.get(marker);
      if (!run || run.carrier) this.#files.remove(marker);
      if (run?.carrier) this.#queue.forget(marker);
    }
  }

  #linkAll(pods: readonly Pod[], live: ReadonlyMap<string, Run>): void {
    const running = new Map(pods.filter(({ isRunning }) => isRunning).map((pod) => [pod.name, pod]));
    for (const [name, link] of this.#links)
      if (!running.has(name)) {
        link.close();
        this.#links.delete(name);
        this.#unlinked.delete(name);
      }
    for (const [name, { marker }] of running)
      if (!this.#links.has(name) && live.has(marker)) this.#links.set(name, this.#link(name, marker));
    this.#tellTroubles(pods);
  }

  #link(pod: string, marker: string): PodLink {
    const command = [this.definition.program, 'carry', '--link', marker];
    return new PodLink({
      open: async (complained) => {
        if (!this.#api) throw new Error(`${this.definition.name} is not reached`);
        return this.#api.exec(pod, command, complained);
      },
      socket: this.#parts.socket,
      launch: () => this.#files.read(marker),
      changed: (problem) => {
        if (problem === null) this.#unlinked.delete(pod);
        else if (this.#links.has(pod)) this.#unlinked.set(pod, `${pod}: ${problem}`);
      },
      lost: () => this.#wake?.abort(),
    });
  }

  #tellTroubles(pods: readonly Pod[]): void {
    const troubles = new Map<string, string>();
    for (const { name, trouble } of pods) {
      if (trouble === null) continue;
      if (this.#troubles.get(name) !== trouble) this.#tell(`its pod ${name}: ${trouble}`);
      troubles.set(name, trouble);
    }
    this.#troubles = troubles;
  }

  /** Deletes the jobs of runs that have ended, when they are still there at the second look. */
  #tidy(jobs: ReadonlySet<string>, live: ReadonlyMap<string, Run>): void {
    const left = [...jobs].filter((marker) => !live.has(marker));
    for (const marker of left) if (this.#left.has(marker)) void this.#delete(marker).catch(() => {});
    this.#left = new Set(left);
  }

  #tell(what: string): void {
    this.#parts.log.info(`The executor ${this.definition.name}: ${what}`);
  }
}

/** What the server answers when there is a job of that name. */
const ALREADY_THERE = 409;

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
