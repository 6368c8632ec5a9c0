import { Option } from 'commander';
import { print, printJson, tell } from '../output/terminal-output.ts';

/** Waits until the daemon has committed a change; then prints it as JSON, or says `message` on stderr. */
export async function printCommitted(
  call: Promise<{ seq: number }>,
  { json }: { readonly json?: boolean },
  message: string,
): Promise<void> {
  const committed = await call;
  if (json) await printJson(committed);
  else tell(message);
}

export const dryRunOption = (): Option => new Option('--dry-run', 'only say what would be recorded');

export const dryRunIn = ({ dryRun }: { readonly dryRun?: boolean }) => (dryRun ? { dry_run: true } : {});

interface Ended {
  readonly seq: number;
  readonly would?: readonly { readonly type: string; readonly chunk: string | null }[];
}

/** The same of what cannot be taken back, or with `--dry-run` what would be recorded. */
export async function printEnding(
  call: Promise<Ended>,
  flags: { readonly json?: boolean; readonly dryRun?: boolean },
  message: string,
): Promise<void> {
  if (flags.json || !flags.dryRun) return printCommitted(call, flags, message);
  await printWould(await call);
}

/** What a dry run found. */
export async function printWould({ would = [] }: Ended): Promise<void> {
  for (const { type, chunk } of would) await print(`${chunk ?? ''}  ${type}`);
  tell('nothing was changed.');
}
