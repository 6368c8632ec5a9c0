/** What Kubernetes is told of a run, and what is taken from its answers: a job and its pod are ours by their labels. */
import type { V1Job, V1JobList, V1Pod, V1PodList } from '@kubernetes/client-node';
import type { KubernetesDefinition } from '../../shared/executor-words.ts';
import { digestOf } from '../system/digest.ts';

export const CONTAINER = 'carry';
const MARKER_LABEL = 'signalbox/marker';
const OWNER_LABEL = 'signalbox/executor';
const MARKER = /^[0-9a-f]{32}$/;
const POD = /^[a-z0-9][a-z0-9.-]{0,252}$/;
/** How long an ended job is kept where no daemon removes it. */
const KEPT_S = 3600;

/** One run, one name: the server refuses to make a second job of it. */
export const jobName = (marker: string): string => `sb-${marker}`;

/** Who started a job: an executor of a log. A label takes fewer characters than a name may have. */
export const ownerOf = (epoch: string, executor: string): string =>
  `${epoch.slice(0, 12)}-${digestOf(executor).slice(0, 12)}`;

export const selectorOf = (owner: string): string => `${OWNER_LABEL}=${owner}`;

/** One pod, once. It holds no secret: the daemon brings that when it links to the pod. */
export function jobOf(
  { name, program, kubernetes }: KubernetesDefinition,
  marker: string,
  owner: string,
): V1Job {
  const { image, requests, limits, node_selector, service_account, image_pull_secrets, volumes } = kubernetes;
  const labels = {
    'app.kubernetes.io/managed-by': 'signalbox',
    [OWNER_LABEL]: owner,
    [MARKER_LABEL]: marker,
  };
  return {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: { name: jobName(marker), labels, annotations: { 'signalbox/executor-name': name } },
    spec: {
      completions: 1,
      parallelism: 1,
      backoffLimit: 0,
      podReplacementPolicy: 'Failed',
      ttlSecondsAfterFinished: KEPT_S,
      template: {
        metadata: { labels },
        spec: {
          restartPolicy: 'Never',
          automountServiceAccountToken: service_account !== null,
          enableServiceLinks: false,
          // So that something waits for the processes that a run leaves behind.
          shareProcessNamespace: true,
          ...(service_account !== null && { serviceAccountName: service_account }),
          nodeSelector: { ...node_selector },
          imagePullSecrets: image_pull_secrets.map((secret) => ({ name: secret })),
          containers: [
            {
              name: CONTAINER,
              image,
              command: [program, 'carry', '--linked', marker],
              resources: { requests: { ...requests }, limits: { ...limits } },
              volumeMounts: volumes.map(({ path }, nth) => ({ name: `volume-${nth}`, mountPath: path })),
              terminationMessagePolicy: 'FallbackToLogsOnError',
            },
          ],
          volumes: volumes.map(({ claim }, nth) => ({
            name: `volume-${nth}`,
            persistentVolumeClaim: { claimName: claim },
          })),
        },
      },
    },
  };
}

/** What the API answers: as it is declared, but for what may be missing. */
type Answered<T> = T extends Date
  ? unknown
  : T extends readonly (infer Each)[]
    ? readonly Answered<Each>[]
    : T extends object
      ? { readonly [Key in keyof T]?: Answered<T[Key]> }
      : T;
export type JobList = Answered<V1JobList>;
export type PodList = Answered<V1PodList>;

export interface Jobs {
  /** The markers of all jobs of ours. */
  readonly all: ReadonlySet<string>;
  /** Of those that are not over: a carrier may still come. */
  readonly open: ReadonlySet<string>;
}

export function jobsIn({ items = [] }: JobList): Jobs {
  const [all, open] = [new Set<string>(), new Set<string>()];
  for (const { metadata, status } of items) {
    const marker = metadata?.labels?.[MARKER_LABEL] ?? '';
    if (!MARKER.test(marker) || metadata?.name !== jobName(marker)) continue;
    all.add(marker);
    const isOver = status?.conditions?.some(
      ({ type, status }) => (type === 'Complete' || type === 'Failed') && status === 'True',
    );
    if (!isOver) open.add(marker);
  }
  return { all, open };
}

export interface Pod {
  readonly name: string;
  readonly marker: string;
  /** Its carrier is there. */
  readonly isRunning: boolean;
  /** Why it does not begin, or has failed; null: neither, or nobody knows. */
  readonly trouble: string | null;
}

export function podsIn({ items = [] }: PodList): Pod[] {
  return items.flatMap((item) => {
    const name = item.metadata?.name ?? '';
    const marker = item.metadata?.labels?.[MARKER_LABEL] ?? '';
    if (!POD.test(name) || !MARKER.test(marker)) return [];
    const isRunning = item.status?.phase === 'Running' && stateIn(item)?.running !== undefined;
    return [{ name, marker, isRunning, trouble: troubleOf(item) }];
  });
}

type PodItem = Answered<V1Pod>;

const stateIn = ({ status }: PodItem) =>
  status?.containerStatuses?.find(({ name }) => name === CONTAINER)?.state;

/** On its way, not in trouble. */
const AS_USUAL = ['ContainerCreating', 'PodInitializing', 'Completed'];

function troubleOf(item: PodItem): string | null {
  const { phase, reason, message, conditions } = item.status ?? {};
  const state = stateIn(item);
  const { waiting, terminated } = state ?? {};
  if (phase === 'Failed' && reason) return said(reason, message);
  if (terminated) return said(terminated.reason, terminated.message);
  if (waiting) return said(waiting.reason, waiting.message);
  const unplaced = conditions?.find(({ type, status }) => type === 'PodScheduled' && status === 'False');
  return unplaced ? said(unplaced.reason, unplaced.message) : null;
}

/** In one line: it comes from elsewhere. */
function said(reason = '', message = ''): string | null {
  if (reason === '' || AS_USUAL.includes(reason)) return null;
  const text = message === '' ? reason : `${reason}: ${message.trim().split('\n').at(-1)}`;
  return text.replace(/\p{Cc}/gu, ' ').slice(0, 500);
}
