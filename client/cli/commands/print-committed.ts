import { printJson, tell } from '../output/terminal-output.ts';

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
