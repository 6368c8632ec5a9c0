import type { Command } from 'commander';
import type { Daemon } from '../../daemon/daemon-client.ts';
import type { AcpFlags } from './acp.ts';
import type { AnswerFlags } from './answer.ts';
import type { AskFlags } from './ask.ts';
import { collect, jsonOption } from './flags.ts';
import type { McpFlags } from './mcp.ts';

/** Commands that ask the operator, by hand or for an agent, and the one that answers. */
export function addAskingCommands(program: Command, socket: () => string, daemon: () => Daemon): void {
  addAsk(program, socket);
  addAgents(program, socket);
  addAnswer(program, daemon);
}

function addAsk(program: Command, socket: () => string): void {
  program
    .command('ask')
    .description('ask the operator and print the answer; inside a run the unit is known')
    .argument('[prompt]')
    .option('--chunk <name>', 'the unit that asks')
    .option('--option <id=label>', 'an option to choose; repeat for more. The id is printed', collect, [])
    .option('--context <label=text>', 'something to know; repeat for more', collect, [])
    .option('--multiple', 'more than one option may be chosen')
    .option('--no-text', 'options only, no text')
    .option('--key <key>', 'the same key asks the same question')
    .option(
      '--questions <file>',
      'several questions as a JSON list of {prompt, options, …}; "-" reads standard input',
    )
    .option('--timeout <seconds>', 'give up waiting; the question stays open')
    .addOption(jsonOption())
    .action(async (prompt: string | undefined, flags: AskFlags) =>
      (await import('./ask.ts')).ask(socket(), prompt, flags),
    );
}

function addAgents(program: Command, socket: () => string): void {
  program
    .command('mcp')
    .description('speak the Model Context Protocol to an agent: it asks you, also for permission')
    .option('--chunk <name>', 'the unit that asks; inside a run it is known, elsewhere one is made')
    .option('--wait <seconds>', 'answer "no answer yet" after this long: for hosts that give calls up')
    .action(async (flags: McpFlags) => (await import('./mcp.ts')).mcp(socket(), flags));
  program
    .command('claude')
    .description('inside a run: run Claude Code with these arguments, and record refused tool calls')
    .argument('[arguments...]')
    .allowUnknownOption()
    .helpOption(false)
    .action(async () => (await import('./claude.ts')).claude(socket()));
  program
    .command('acp')
    .description('inside a run: drive an agent that speaks the Agent Client Protocol; it asks you')
    .argument('<program>', 'the agent, behind "--"')
    .argument('[arguments...]')
    .option('--like <name>', 'which known agent it is: claude, codex, gemini, opencode, qwen, copilot')
    .option('--mode <id>', 'the mode of its session (default: one in which it asks)')
    .option('--model <id>', 'the model of its session')
    .option('--unit-mode <id>', 'the mode that its unit chooses instead')
    .option('--unit-model <id>', 'the model that its unit chooses instead')
    .option(
      '--free-mode <id>',
      'a mode in which nobody is asked, which the unit may choose; repeat for more',
      collect,
    )
    .option('--prompt <text>', 'what it is to do')
    .option('--session <id>', 'an earlier session to go on with, if the agent can')
    .action(async (name: string, args: readonly string[], flags: AcpFlags) =>
      (await import('./acp.ts')).acp(socket(), [name, ...args], flags),
    );
}

function addAnswer(program: Command, daemon: () => Daemon): void {
  program
    .command('answer')
    .description('answer what a unit asks')
    .argument('<chunk>')
    .argument('[text]', 'the answer as text')
    .option('--item <id>', 'which item, when several are open')
    .option('--option <id>', 'an option; repeat where several may be chosen', collect, [])
    .addOption(jsonOption())
    .action(async (chunk: string, text: string | undefined, flags: AnswerFlags) =>
      (await import('./answer.ts')).answer(daemon(), chunk, text ?? '', flags),
    );
}
