/** The operator's rules, by which permissions are answered without them: list, try, and take back. */
import type { Command } from 'commander';
import { ruleNameWords, ruleWords } from '../../../shared/policy-sentences.ts';
import type { Daemon } from '../../daemon/daemon-client.ts';
import { loadOffline } from '../context/load-offline.ts';
import { ProgramError } from '../output/program-error.ts';
import { complain, oneLine, print, printJson, table, tell } from '../output/terminal-output.ts';
import { collect, jsonOption } from './flags.ts';
import { printCommitted } from './print-committed.ts';

type Flags = { json?: boolean };

interface CheckFlags extends Flags {
  readonly unit?: string;
  readonly agent?: string;
  readonly tool?: string;
  readonly path?: string[];
}

export function addPolicyCommands(program: Command, daemon: () => Daemon, project: () => string): void {
  const policy = program
    .command('policy')
    .description('your rules that answer permissions by themselves (docs/permissions.md)');
  addList(policy, daemon);
  addCheck(policy, daemon);
  policy
    .command('path')
    .description('print where your rule file is, or would be')
    .addOption(jsonOption())
    .action(async ({ json }: Flags) => {
      const path = (await loadOffline()).policyFile(project());
      await (json ? printJson({ path }) : print(path));
    });
  policy
    .command('remove')
    .description('ask again about what was allowed for a unit')
    .argument('<chunk>')
    .argument('<rule>', 'as "policy ls" names it')
    .addOption(jsonOption())
    .action(async (chunk: string, rule: string, flags: Flags) =>
      printCommitted(daemon().policy.remove.mutate({ chunk, rule }), flags, `${chunk} asks again.`),
    );
}

function addList(policy: Command, daemon: () => Daemon): void {
  policy
    .command('ls', { isDefault: true })
    .description('list the rules, and what you have allowed for single units')
    .addOption(jsonOption())
    .action(async (flags: Flags) => {
      const found = await daemon().policy.list.query();
      if (flags.json) return printJson(found);
      const rows = [
        ...found.rules.map((rule) => ['', rule.id, rule.answer, ruleWords(rule)]),
        ...found.units.map(({ chunk, ...rule }) => [chunk, rule.id, rule.answer, ruleWords(rule)]),
      ];
      if (found.problem !== null) complain(`Everything is asked: ${found.problem}`);
      await print(
        rows.length === 0
          ? `No rules: everything is asked. Your rule file would be ${found.path}`
          : table(
              rows.map((row) => row.map(oneLine)),
              (_row, _column, cell) => cell,
            ),
      );
    });
}

function addCheck(policy: Command, daemon: () => Daemon): void {
  policy
    .command('check')
    .description('say what the rules answer to a command, a tool or files, without asking anybody')
    .argument(
      '[command...]',
      'the command, whole in quotes or word by word; -- before words that begin with -',
    )
    .option('--unit <chunk>', 'in the folder of this unit, and by its rules as well')
    .option('--agent <name>', 'the agent that asks')
    .option('--tool <name>', 'the tool, as its card names it (default for a command: any shell)')
    .option('--path <path>', 'a file that it names; repeat for more', collect)
    .addOption(jsonOption())
    .action(async (words: string[], { unit, agent, tool, path: paths, json }: CheckFlags) => {
      if (words.length === 0 && tool === undefined && paths === undefined)
        throw new ProgramError('usage', 'Give a command, --tool or --path.');
      const found = await daemon().policy.check.query({
        ...(unit !== undefined && { chunk: unit }),
        ...(agent !== undefined && { agent }),
        ...(tool !== undefined && { tool }),
        ...(words.length > 0 && { command: words.join(' ') }),
        ...(paths !== undefined && { paths }),
      });
      if (json) return printJson(found);
      const { answer, rule, plain, problem } = found;
      if (problem !== null) complain(`Everything is asked: ${problem}`);
      if (plain === false) tell('It is more than plain words, so no pattern allows it.');
      await print(`${answer}  ${rule === null ? 'no rule is about it' : ruleNameWords(rule)}`);
    });
}
