/** Where runs may work besides this machine, as the operator's `executors.json` names it. */

/** What an executor may be called. */
export const EXECUTOR = /^[a-z][a-z0-9_-]{0,62}$/;
/** What a unit says that works on this machine whatever the default is. */
export const LOCAL = 'local';

interface AnyExecutor {
  readonly name: string;
  /** The folder there in which runs work: an absolute path. */
  readonly folder: string;
  /** How many runs may be at work there, within `max_agents`. */
  readonly room: number;
  /** How `signalbox` is called there. */
  readonly program: string;
  /** Seconds of silence after which a run there is ended by its carrier, and then given up. */
  readonly lost_after: number;
}

/** A machine that is reached by ssh. */
export interface SshDefinition extends AnyExecutor {
  /** Where ssh connects: a host of the user's `ssh_config`, or USER@HOST. */
  readonly ssh: string;
  /** Null: as ssh says. */
  readonly port: number | null;
}

/** A cluster whose jobs are given to Slurm on this machine. */
export interface SlurmDefinition extends AnyExecutor {
  readonly slurm: SlurmSettings;
}

export interface SlurmSettings {
  /** A folder that this machine and the nodes have under this name; null: the state folder. */
  readonly shared: string | null;
  /** How a node reaches this machine by ssh, as `SshDefinition.ssh`; null: the nodes are this machine. */
  readonly via: string | null;
  /** What sbatch is told besides: `--partition=long`. */
  readonly options: readonly string[];
}

/** A cluster of Kubernetes whose API this machine reaches. */
export interface KubernetesDefinition extends AnyExecutor {
  readonly kubernetes: KubernetesSettings;
}

export interface KubernetesSettings {
  /** Of the user's kubeconfig; null: the one that is current there. */
  readonly context: string | null;
  /** Null: that of the context. */
  readonly namespace: string | null;
  /** Holds `program`, and what the runs need. */
  readonly image: string;
  /** As a pod names them: `{"cpu": "2", "memory": "4Gi"}`. */
  readonly requests: Readonly<Record<string, string>>;
  readonly limits: Readonly<Record<string, string>>;
  readonly node_selector: Readonly<Record<string, string>>;
  readonly service_account: string | null;
  /** Names of secrets of the namespace. */
  readonly image_pull_secrets: readonly string[];
  /** Claims of the namespace, and where in the pod they are: the folder of the runs, mostly. */
  readonly volumes: readonly { readonly claim: string; readonly path: string }[];
}

export type ExecutorDefinition = SshDefinition | SlurmDefinition | KubernetesDefinition;

export const EXECUTOR_KINDS = ['ssh', 'slurm', 'kubernetes'] as const;
export type ExecutorKind = (typeof EXECUTOR_KINDS)[number];

export function kindOf(definition: ExecutorDefinition): ExecutorKind {
  if ('kubernetes' in definition) return 'kubernetes';
  return 'slurm' in definition ? 'slurm' : 'ssh';
}

/** All of them, and the one on which units work that name none; null: this machine. */
export interface ExecutorSettings {
  /** SHA-256 of the file that named them, in hex; empty: there was never one. */
  readonly digest: string;
  readonly default: string | null;
  readonly executors: readonly ExecutorDefinition[];
}

export const NO_EXECUTORS: ExecutorSettings = { digest: '', default: null, executors: [] };

/** Who carries a run on another machine: told in the claim. */
export interface RunCarrier {
  /** A random word, by which its own repeats are known. */
  readonly id: string;
  /** What that machine calls itself. */
  readonly machine: string;
  /** Seconds without an answer after which it ends the run. */
  readonly lost_after: number;
}

/** Of a run on another machine. */
export type CarriedChange =
  /** The executor has taken it: `job` is what its engine calls it. */
  | {
      readonly type: 'run.submitted';
      readonly unit: number;
      readonly data: { readonly number: number; readonly job: string };
    }
  /** `token`: SHA-256 of the token that its environment holds, which the carrier has made. */
  | {
      readonly type: 'run.claimed';
      readonly unit: number;
      readonly data: { readonly number: number; readonly carrier: RunCarrier; readonly token: string };
    };
