import { statSync } from 'node:fs';
import type { Finding } from '../../shared/offline.ts';
import type { StatePaths } from '../../shared/state-paths.ts';
import { statusOf } from './attacks.ts';
import { overHttp } from './daemon-client.ts';
import { bad, good, note } from './finding.ts';
import { loadOffline } from './offline.ts';
import { oneLine, print, printJson, type Style, styled } from './output.ts';
import { ProgramError } from './program-error.ts';
import { roundTrip } from './round-trip.ts';

/** Looks at everything that has to work here, and says so, a sentence each. Throws where something is bad. */
export async function doctor(paths: StatePaths, json: boolean): Promise<void> {
  const { examine } = await loadOffline();
  const node = good('node', `${process.version} (${process.platform} ${process.arch})`);
  const path = await overHttp(paths.socket)
    .daemon.path.query()
    .catch(() => process.env.PATH ?? '');
  const findings = [
    node,
    ...(await daemonFindings(paths)),
    ...examine(paths, path),
    await roundTripFinding(),
  ];
  await say(findings, json);
}

/** What the daemon that runs lets in, and what it keeps out. */
export async function doctorSecurity(paths: StatePaths, json: boolean): Promise<void> {
  await say(await (await import('./doctor-security.ts')).securityFindings(paths), json);
}

async function say(findings: readonly Finding[], json: boolean): Promise<void> {
  if (json) await printJson(findings);
  else for (const finding of findings) await print(line(finding));
  const count = findings.filter(({ standing }) => standing === 'bad').length;
  if (count > 0)
    throw new ProgramError('refused', `${count} of ${findings.length} are not as they should be.`);
}

const STYLES: Readonly<Record<Finding['standing'], Style>> = { good: 'green', note: 'yellow', bad: 'red' };

const line = ({ what, standing, sentence }: Finding): string =>
  `${styled(STYLES[standing], standing.padEnd(4))}  ${what.padEnd(14)}  ${oneLine(sentence)}`;

const roundTripFinding = (): Promise<Finding> =>
  roundTrip().then(
    (ms) => good('round trip', `A unit asked, was answered and got the answer, in ${Math.round(ms)} ms.`),
    (error: Error) => bad('round trip', error.message),
  );

async function daemonFindings(paths: StatePaths): Promise<Finding[]> {
  const status = await overHttp(paths.socket)
    .status.query()
    .catch(() => null);
  if (!status) return [note('daemon', `None runs for ${paths.project}. Start it: signalbox start`)];
  const { pid } = status;
  return [
    good('daemon', `It runs for ${status.project} (pid ${pid}) since ${status.started_at}.`),
    socketFinding(paths),
    await portFinding(paths, status.local_address),
  ];
}

function socketFinding({ socket }: StatePaths): Finding {
  const mode = statSync(socket).mode & 0o777;
  return mode === 0o600
    ? good('socket', `${socket} answers, and is yours alone.`)
    : bad('socket', `${socket} is open to others (mode ${mode.toString(8)}). Restart the daemon.`);
}

/** Both loopback addresses, and whether this very daemon answers there: only it knows its own name. */
async function portFinding(paths: StatePaths, address: string): Promise<Finding> {
  const { port } = new URL(address);
  const { host_name } = (await loadOffline()).doorOf(paths);
  const head = ['GET /sign-in HTTP/1.1', `Host: ${host_name}:${port}`];
  const answers = await Promise.all(
    ['127.0.0.1', '::1'].map((host) => statusOf({ head }, { host, port: Number(port) })),
  );
  if (answers[0] !== 200) return bad('port', `Port ${port} is not answered by this daemon.`);
  return answers[1] === 200
    ? good('port', `Port ${port} answers on 127.0.0.1 and on [::1].`)
    : note('port', `Port ${port} answers on 127.0.0.1; [::1] does not: this machine may have no IPv6.`);
}
