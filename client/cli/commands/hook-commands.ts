import { Argument, type Command } from 'commander';
import { HOOK_AGENTS, type HookAgentName } from '../../intake/hooks/hook-agent.ts';
import { jsonOption } from './flags.ts';
import type { HookFlags } from './hook.ts';
import type { InstallFlags } from './hooks.ts';

/** The commands about agents that a person starts: what their hooks run, and how the hooks are installed. */
export function addHookCommands(program: Command): void {
  const agent = () => new Argument('<agent>', 'which agent').choices(HOOK_AGENTS);
  program
    .command('hook')
    .description('what the hooks of an agent run: brings what it asks into the queue, and the answer back')
    .addArgument(agent())
    .requiredOption('--state <folder>', 'the state folder of all projects')
    .option('--wait <seconds>', 'how long the agent is kept waiting for you at most')
    .action(async (name: HookAgentName, flags: HookFlags) => (await import('./hook.ts')).hook(name, flags));
  const hooks = program
    .command('hooks')
    .description('let agents that you start yourself bring what they ask into the queue');
  hooks
    .command('install')
    .description('write the hooks of an agent into your own settings of it, after showing them')
    .addArgument(agent())
    .option('--wait <seconds>', 'how long a permission waits for you at most (codex: 120)')
    .option('--dry-run', 'only show what would be written')
    .option('--yes', 'you have looked already')
    .action(async (name: HookAgentName, flags: InstallFlags) =>
      (await import('./hooks.ts')).installHooks(name, flags),
    );
  hooks
    .command('uninstall')
    .description('take them out again; nothing else is touched')
    .addArgument(agent())
    .option('--dry-run', 'only show what would be taken out')
    .action(async (name: HookAgentName, flags: { dryRun?: boolean }) =>
      (await import('./hooks.ts')).uninstallHooks(name, flags),
    );
  hooks
    .command('status')
    .description('say for which agents they are installed, where, and what they can do')
    .addArgument(new Argument('[agent]', 'which agent').choices(HOOK_AGENTS))
    .addOption(jsonOption())
    .action(async (name: HookAgentName | undefined, { json = false }: { json?: boolean }) =>
      (await import('./hooks.ts')).hooksStatus(name === undefined ? [] : [name], json),
    );
}
