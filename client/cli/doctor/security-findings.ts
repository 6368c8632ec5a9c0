import { statSync } from 'node:fs';
import { TOKEN_ROLES } from '../../../shared/access-words.ts';
import type { Finding } from '../../../shared/offline.ts';
import type { StatePaths } from '../../../shared/state-paths.ts';
import { overHttp } from '../../daemon/daemon-client.ts';
import { ATTACKS_ON_SOCKET, type Attack, attacksOn, statusOf } from './attacks.ts';
import { bad, good, note } from './findings.ts';

/** Who has access and by which credentials; and whether the running daemon refuses each attack. */
export async function securityFindings(paths: StatePaths): Promise<Finding[]> {
  const daemon = overHttp(paths.socket);
  const door = await daemon.access.door.query();
  const { tokens, sessions } = await daemon.access.list.query();
  const { address } = await daemon.status.query();
  const counts = TOKEN_ROLES.map((role) => `${tokens.filter((token) => token.role === role).length} ${role}`);
  return [
    ...door.listeners.map(listenerFinding),
    ...modeFindings(paths),
    ...basePathFindings(address),
    door.open
      ? note(
          'signing in',
          'Nobody signs in (--no-auth): everyone with an account on this machine is the operator.',
        )
      : good('signing in', 'Everybody signs in, or shows a token.'),
    good(
      'roles',
      `Tokens: ${counts.join(', ')}. Browsers signed in: ${sessions.length}. Runs have tokens of their own.`,
    ),
    good(
      'origins',
      door.origins.length === 0
        ? 'No page elsewhere may embed Signalbox.'
        : `These pages may embed: ${door.origins.join(', ')}.`,
    ),
    good(
      'limits',
      Object.entries(door.limits)
        .map(([name, value]) => `${name} ${value}`)
        .join(', '),
    ),
    ...(await attackFindings(paths, door.listeners, basePathIn(address))),
  ];
}

const basePathIn = (address: string): string => new URL(address).pathname.slice(0, -1);

function basePathFindings(address: string): Finding[] {
  const { origin } = new URL(address);
  return basePathIn(address) === ''
    ? []
    : [
        note(
          'base path',
          `Signalbox is at ${address}, and trusts all of ${origin} (--trust-whole-origin): every other page there can answer in your name.`,
        ),
      ];
}

interface ListenerFacts {
  readonly address: string;
  readonly port: number;
  readonly hosts: readonly string[];
  readonly tls: boolean;
}

function listenerFinding({ address, port, hosts, tls }: ListenerFacts): Finding {
  const message = `${address} port ${port}${tls ? ', TLS' : ''}, known as ${hosts.join(', ')}.`;
  return tls ? note('listener', message) : good('listener', message);
}

function modeFindings({ folder, database, door, socket }: StatePaths): Finding[] {
  const wanted: readonly (readonly [string, number])[] = [
    [folder, 0o700],
    [database, 0o600],
    [door, 0o600],
    [socket, 0o600],
  ];
  return wanted.map(([path, mode]) => {
    const found = statSync(path).mode & 0o777;
    const message = `${path} has mode ${found.toString(8)}`;
    return found === mode ? good('mode', `${message}.`) : bad('mode', `${message}, not ${mode.toString(8)}.`);
  });
}

/** Each attack must be refused with the expected status, and the log must not grow. */
async function attackFindings(
  paths: StatePaths,
  listeners: readonly ListenerFacts[],
  basePath: string,
): Promise<Finding[]> {
  const daemon = overHttp(paths.socket);
  const { seq } = await daemon.status.query();
  const findings: Finding[] = [];
  const tried = async (attack: Attack, where: { host: string; port: number } | { path: string }) => {
    const status = await statusOf(attack, where);
    const isKept = status !== null && attack.kept.includes(status);
    const message = `${attack.what}: ${status ?? 'no answer'}`;
    findings.push(
      isKept ? good('attack', message) : bad('attack', `${message}, not ${attack.kept.join(' or ')}.`),
    );
  };
  for (const { address, port, hosts, tls } of listeners)
    if (!tls)
      for (const attack of attacksOn(hosts[0] ?? '', basePath)) await tried(attack, { host: address, port });
  for (const attack of ATTACKS_ON_SOCKET) await tried(attack, { path: paths.socket });
  const after = (await daemon.status.query()).seq;
  return [
    ...findings,
    after === seq
      ? good('attacks', `${findings.length} tried; nothing was changed.`)
      : bad('attacks', `Something was changed meanwhile (events ${seq + 1} to ${after}): signalbox audit`),
  ];
}
