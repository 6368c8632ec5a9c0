import type { SignInLinks } from '../access/sign-in-links.ts';
import type { About } from '../api/about.ts';
import { consoleLog } from '../system/log.ts';
import type { DoorOptions } from './options.ts';

const START_LINK_MS = 600_000;

/** The sign-in link is printed to a terminal only: other output may be stored. */
export function greet(
  { address, project, notices }: About,
  { noAuth, readOnly }: DoorOptions,
  links: SignInLinks,
  opener = 'signalbox open',
): void {
  consoleLog.info(`Signalbox for ${project}`);
  consoleLog.info(`  ${address}`);
  for (const { message } of notices) consoleLog.info(`  ${message}`);
  if (readOnly) consoleLog.info('  --read-only: nothing can be changed and nothing starts.');
  if (noAuth)
    consoleLog.info('  --no-auth: everyone with an account on this machine can read and answer here.');
  else if (process.stdout.isTTY)
    consoleLog.info(
      `  Sign in, once, within 10 minutes: ${address}sign-in/${links.make(START_LINK_MS, '/')}`,
    );
  else consoleLog.info(`  Sign in: ${opener}`);
}
