/** `signalbox hook`, as settings of agents call it, without the rest of the terminal: it must not take time. */
import type { HookAgentName } from '../intake/hooks/hook-agent.ts';
import { hook } from './commands/hook.ts';

const [name, , state = '', , wait] = process.argv.slice(3);

try {
  await hook(name as HookAgentName, { state, ...(wait !== undefined && { wait }) });
} catch {
  // Nobody reads it, and the session must go on.
}
process.exit();
