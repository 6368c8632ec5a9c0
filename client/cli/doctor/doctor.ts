/** `signalbox doctor`: whether this machine, the daemon and a run of it work as they should. */
import { statSync } from 'node:fs';
import type { Finding } from '../../../shared/offline.ts';
import type { StatePaths } from '../../../shared/state-paths.ts';
import { type Daemon, overHttp } from '../../daemon/daemon-client.ts';
import { loadOffline } from '../context/load-offline.ts';
import { unreachableWords } from '../context/unreachable-daemon.ts';
import { explainError } from '../output/explain-error.ts';
import { DaemonUnreachable, ProgramError } from '../output/program-error.ts';
import { oneLine, print, printJson, type Style, styled } from '../output/terminal-output.ts';
import { statusOf } from './attacks.ts';
import { executorFindings } from './executor-findings.ts';
import { bad, good, note } from './findings.ts';
import { notifyFindings } from './notify-findings.ts';
import { roundTrip, roundTripThrough } from './round-trip.ts';

export interface DoctorFlags {
  readonly security?: boolean;
  readonly agents?: boolean;
  readonly live?: boolean;
  readonly json?: boolean;
}

/** Checks what the flags say, and prints what it finds. Throws if something is bad. */
export async function doctor(paths: StatePaths, flags: DoctorFlags): Promise<void> {
  const { security = false, agents = false, live = false, json = false } = flags;
  if (live && !agents) throw new ProgramError('usage', '--live belongs to --agents.');
  if (agents) return (await import('./agents.ts')).doctorAgents(paths, live, json);
  const findings = security
    ? await (await import('./security-findings.ts')).securityFindings(paths)
    : await generalFindings(paths);
  await say(findings, json);
}

/** On this machine and project. */
async function generalFindings(paths: StatePaths): Promise<Finding[]> {
  const { examine } = await loadOffline();
  const node = good('node', `${process.version} (${process.platform} ${process.arch})`);
  const { status, findings } = await lookAtDaemon(paths);
  const own = process.env.PATH ?? '';
  const path = status
    ? await overHttp(paths.socket)
        .daemon.path.query()
        .catch(() => own)
    : own;
  const told = status ? await toldFindings(paths, status) : [];
  const executors = status ? await executorsOf(paths, status) : [];
  const trip = await roundTripFinding(paths, status);
  return [node, ...findings, ...(await examine(paths, path)), trip, ...executors, ...told];
}

/** A run may send nothing. */
const toldFindings = (paths: StatePaths, { read_only }: Status): Promise<Finding[]> =>
  process.env.SIGNALBOX_CREDENTIAL ? Promise.resolve([]) : notifyFindings(overHttp(paths.socket), read_only);

/** A run may not know of them. */
const executorsOf = async (paths: StatePaths, status: Status): Promise<Finding[]> =>
  process.env.SIGNALBOX_CREDENTIAL ? [] : executorFindings(overHttp(paths.socket), whyNotTried(status));

async function say(findings: readonly Finding[], json: boolean): Promise<void> {
  if (json) await printJson(findings);
  else for (const finding of findings) await print(line(finding));
  const count = findings.filter(({ status }) => status === 'bad').length;
  if (count > 0)
    throw new ProgramError('refused', `${count} of ${findings.length} are not as they should be.`);
}

const STYLES: Readonly<Record<Finding['status'], Style>> = { good: 'green', note: 'yellow', bad: 'red' };

const line = ({ what, status, message }: Finding): string =>
  `${styled(STYLES[status], status.padEnd(4))}  ${what.padEnd(14)}  ${oneLine(message)}`;

type Status = Awaited<ReturnType<Daemon['status']['query']>>;

interface Seen {
  /** null: no daemon answers. */
  readonly status: Status | null;
  readonly findings: readonly Finding[];
}

async function lookAtDaemon(paths: StatePaths): Promise<Seen> {
  try {
    const status = await overHttp(paths.socket).status.query();
    return { status, findings: await findingsOn(paths, status) };
  } catch (error) {
    return { status: null, findings: [await troubleFinding(paths, error)] };
  }
}

async function findingsOn(paths: StatePaths, status: Status): Promise<Finding[]> {
  const { pid, project, started_at, notices, local_address } = status;
  return [
    good('daemon', `It runs for ${project} (pid ${pid}) since ${started_at}.`),
    ...notices.map(({ code, message }) => note(code, message)),
    socketFinding(paths),
    await portFinding(paths, local_address),
  ];
}

async function troubleFinding(paths: StatePaths, error: unknown): Promise<Finding> {
  const told = explainError(error, () => paths.socket);
  if (!(told instanceof DaemonUnreachable)) return bad('daemon', told.message);
  const living = (await loadOffline()).livingHolder(paths);
  if (living) return bad('daemon', unreachableWords(told.what, living));
  return told.what === 'silent'
    ? bad('daemon', told.message)
    : note('daemon', `None runs for ${paths.project}. Start it: signalbox start`);
}

/** Through the running daemon, in its environment; if none runs, through a temporary one. */
async function roundTripFinding(paths: StatePaths, status: Status | null): Promise<Finding> {
  const what = 'round trip';
  const why = status ? whyNotTried(status) : null;
  if (why !== null) return note(what, `Not tried: ${why}`);
  const living = status ? null : (await loadOffline()).livingHolder(paths);
  if (living) return bad(what, 'Not tried: the daemon cannot be asked.');
  const through = status ? 'through the daemon that runs' : 'through a daemon of its own';
  return (status ? roundTripThrough(overHttp(paths.socket)) : roundTrip()).then(
    (ms) => good(what, `A unit asked, was answered and got the answer, in ${Math.round(ms)} ms, ${through}.`),
    (error: Error) => bad(what, error.message),
  );
}

/** Another unit would have to wait, or could not be added. */
function whyNotTried({ settings, units, read_only }: Status): string | null {
  if (process.env.SIGNALBOX_CREDENTIAL) return 'a run may not add a unit.';
  if (read_only) return 'Signalbox runs with --read-only.';
  if (settings.max_agents <= units.RUNNING)
    return `all ${settings.max_agents} slots for runs are taken (max_agents).`;
  return null;
}

function socketFinding({ socket }: StatePaths): Finding {
  const mode = statSync(socket).mode & 0o777;
  return mode === 0o600
    ? good('socket', `${socket} answers, and is yours alone.`)
    : bad('socket', `${socket} is open to others (mode ${mode.toString(8)}). Restart the daemon.`);
}

/** Checks each loopback address: whether this daemon answers there, recognised by its project. */
async function portFinding(paths: StatePaths, address: string): Promise<Finding> {
  const { port } = new URL(address);
  const { host_name } = (await loadOffline()).doorOf(paths);
  const head = ['GET /sign-in HTTP/1.1', `Host: ${host_name}:${port}`];
  const { listeners } = await overHttp(paths.socket).access.door.query();
  const hosts = listeners.filter(({ tls }) => !tls).map((each) => each.address);
  for (const host of hosts)
    if ((await statusOf({ head }, { host, port: Number(port) })) !== 200)
      return bad('port', `Port ${port} of ${host} is not answered by this daemon.`);
  const names = hosts.map((host) => (host.includes(':') ? `[${host}]` : host)).join(' and on ');
  if (hosts.length > 1) return good('port', `Port ${port} answers on ${names}.`);
  return note('port', `Port ${port} answers on ${names} alone: this machine has no other loopback address.`);
}
