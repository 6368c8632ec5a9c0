/**
 * The few calls of Kubernetes' API that are needed. Its client library says where the server is and who calls, by all the ways
 * that a kubeconfig knows; it is loaded only where an executor needs it. Every call has a deadline.
 */
import { type RequestOptions, request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import type { Duplex } from 'node:stream';
import { text } from 'node:stream/consumers';
import { KubeConfig, type V1Job } from '@kubernetes/client-node';
import type { ClientOptions } from 'ws';
import { openExec } from './kubernetes-exec.ts';
import { CONTAINER, type JobList, type PodList } from './kubernetes-job.ts';

const CALL_MS = 30_000;

/** The server has answered, and did not do it. */
export class ApiRefusal extends Error {
  readonly status: number;
  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }

  /** It was not done, and will not be: not only that it was not done in time. */
  get isFinal(): boolean {
    return this.status < 500 && ![408, 409, 429].includes(this.status);
  }
}

interface Where {
  /** Null: as the kubeconfig says. */
  readonly context: string | null;
  readonly namespace: string | null;
}

export class KubernetesApi {
  readonly #config: KubeConfig;
  readonly #server: string;
  readonly #namespace: string;
  readonly #signal: AbortSignal;

  /** Throws where the user's kubeconfig cannot be read, or names no server. `signal` ends every call. */
  constructor({ context, namespace }: Where, signal: AbortSignal) {
    const config = new KubeConfig();
    config.loadFromDefault();
    if (context !== null) config.setCurrentContext(context);
    const name = config.getCurrentContext();
    const server = config.getCurrentCluster()?.server;
    if (!server) throw new Error(`there is no context "${name}" with a cluster in the kubeconfig`);
    this.#config = config;
    this.#server = server.replace(/\/+$/, '');
    this.#namespace = namespace ?? config.getContextObject(name)?.namespace ?? 'default';
    this.#signal = signal;
  }

  jobs = async (selector: string): Promise<JobList> =>
    (await this.#call('GET', `${this.#jobs}?labelSelector=${encodeURIComponent(selector)}`)) as JobList;

  pods = async (selector: string): Promise<PodList> =>
    (await this.#call('GET', `${this.#pods}?labelSelector=${encodeURIComponent(selector)}`)) as PodList;

  createJob = async (job: V1Job): Promise<void> => void (await this.#call('POST', this.#jobs, job));

  /** With its pods; it is there until they have ended. One that is not there is deleted. */
  async deleteJob(name: string): Promise<void> {
    try {
      await this.#call('DELETE', `${this.#jobs}/${name}?propagationPolicy=Foreground`);
    } catch (error) {
      if (!(error instanceof ApiRefusal && error.status === 404)) throw error;
    }
  }

  get #jobs(): string {
    return `/apis/batch/v1/namespaces/${this.#namespace}/jobs`;
  }

  get #pods(): string {
    return `/api/v1/namespaces/${this.#namespace}/pods`;
  }

  /** Standard input and output of a command in a pod. `complained` is told what it complains of, and how it failed. */
  async exec(pod: string, command: readonly string[], complained: (what: string) => void): Promise<Duplex> {
    const query = new URLSearchParams({
      container: CONTAINER,
      stdin: 'true',
      stdout: 'true',
      stderr: 'true',
    });
    for (const word of command) query.append('command', word);
    const options: ClientOptions = {};
    await inTime(this.#config.applyToHTTPSOptions(options));
    const url = `${this.#server}${this.#pods}/${pod}/exec?${query}`.replace(/^http/, 'ws');
    return openExec(url, options, complained);
  }

  async #call(method: string, path: string, sent?: object): Promise<unknown> {
    const options: RequestOptions = { method, headers: { accept: 'application/json' } };
    await inTime(this.#config.applyToHTTPSOptions(options));
    options.signal = AbortSignal.any([this.#signal, AbortSignal.timeout(CALL_MS)]);
    const { status, body } = await this.#send(`${this.#server}${path}`, options, sent);
    const answer = jsonIn(body);
    if (status >= 200 && status < 300) return answer;
    const { message } = answer as { message?: string };
    throw new ApiRefusal(status, message ?? `the server answers ${status}`);
  }

  async #send(
    url: string,
    options: RequestOptions,
    sent: object | undefined,
  ): Promise<{ status: number; body: string }> {
    const send = url.startsWith('https:') ? requestHttps : requestHttp;
    const body = sent && JSON.stringify(sent);
    return new Promise((resolve, reject) => {
      const call = send(url, options, (answer) => {
        text(answer).then((body) => resolve({ status: answer.statusCode ?? 500, body }), reject);
      });
      call.on('error', reject);
      if (body !== undefined) call.setHeader('content-type', 'application/json');
      call.end(body);
    });
  }
}

function jsonIn(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return {};
  }
}

/** A program that a kubeconfig names may take as long as it likes to say who calls. */
async function inTime<T>(coming: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error('the kubeconfig does not say in time who calls')), CALL_MS);
  });
  try {
    return await Promise.race([coming, late]);
  } finally {
    clearTimeout(timer);
  }
}
