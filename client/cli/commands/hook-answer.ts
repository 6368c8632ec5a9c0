import { callerFor } from '../../daemon/proven-caller.ts';
import { waitFor } from '../../intake/ask.ts';
import type { HookAgent, HookEvent } from '../../intake/hooks/hook-agent.ts';
import { takeEvent } from '../../intake/hooks/hook-session.ts';
import { hostProcess } from '../../intake/hooks/host-process.ts';
import { hostLives } from '../../intake/signed-units.ts';
import { print, tellWhole } from '../output/terminal-output.ts';

const LOOK_MS = 1000;

/** Takes an event to the daemon that listens, and prints what the agent is to read. Then the process ends. */
export async function answerHook(
  agent: HookAgent,
  event: HookEvent,
  socketPath: string,
  seconds: number | null,
): Promise<void> {
  const host = hostProcess();
  const connection = { socketPath, caller: () => callerFor(socketPath) };
  const over = whileWaited(host, seconds);
  const since = performance.timeOrigin;
  const asker_waits = seconds === null ? undefined : waitFor(seconds * 1000, 'terminal');
  const result = await takeEvent({ connection, agent, event, host, since, asker_waits, over });
  const { stdout = '', stderr = '', code = 0, sent } = result;
  if (stdout !== '') await print(stdout);
  if (stderr !== '') await tellWhole(stderr);
  await sent?.();
  process.exit(code);
}

/** Aborted when nobody waits any more: the agent has gone or ended us, or it was kept waiting long enough. */
function whileWaited(host: number, seconds: number | null): AbortSignal {
  const over = new AbortController();
  const end = () => over.abort();
  for (const name of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.on(name, end);
  if (seconds !== null) setTimeout(end, seconds * 1000).unref();
  setInterval(() => {
    if (!hostLives({ host })) end();
  }, LOOK_MS).unref();
  return over.signal;
}
