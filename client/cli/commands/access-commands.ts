/** `signalbox token`, `origin`, `limits` and `sign-out`: manage who has access. */
import { Argument, type Command } from 'commander';
import type { Offline } from '../../../shared/offline.ts';
import type { StatePaths } from '../../../shared/state-paths.ts';
import { takingUnknown } from '../../../shared/unknown-input.ts';
import type { Daemon } from '../../daemon/daemon-client.ts';
import { loadOffline } from '../context/load-offline.ts';
import { ProgramError } from '../output/program-error.ts';
import { oneLine, print, printJson, tell } from '../output/terminal-output.ts';
import { jsonOption } from './flags.ts';
import { dryRunIn, dryRunOption, printEnding } from './print-committed.ts';

type Flags = { json?: boolean };
type EndingFlags = Flags & { dryRun?: boolean };

interface TokenFlags extends Flags {
  readonly role: string;
  readonly name?: string;
  readonly origin?: string;
  readonly mayAnswer?: boolean;
  readonly chunk?: string;
}

/** Commands that manage access: tokens, embedding origins, signed-in browsers, limits. */
export function addAccessCommands(program: Command, daemon: () => Daemon, paths: () => StatePaths): void {
  addTokens(program, daemon);
  addOrigins(program, paths);
  addLimits(program, paths);
  program
    .command('sign-out')
    .description('sign all browsers out')
    .requiredOption('--all', 'every browser, at once')
    .addOption(dryRunOption())
    .addOption(jsonOption())
    .action((flags: EndingFlags) => {
      const call = daemon().access.signOut.mutate({ all: true, ...dryRunIn(flags) });
      return printEnding(call, flags, 'every browser is signed out.');
    });
}

function addTokens(program: Command, daemon: () => Daemon): void {
  const token = program.command('token').description('manage access tokens of programs and embedding pages');
  token
    .command('add')
    .description('make a token and print it, once: it is stored nowhere')
    .option('--role <role>', 'operator, viewer, monitor, embed or agent', 'operator')
    .option('--name <words>', 'what it is for')
    .option('--origin <url>', 'embed: the page that uses it')
    .option('--may-answer', 'embed: it may also answer')
    .option('--chunk <name>', 'agent: the external unit that it speaks for')
    .addOption(jsonOption())
    .action(async ({ role, name, origin, mayAnswer, chunk, json }: TokenFlags) => {
      const input = {
        role,
        ...(name !== undefined && { name }),
        ...(origin !== undefined && { origin }),
        ...(mayAnswer && { may_answer: true }),
        ...(chunk !== undefined && { chunk }),
      };
      const made = await takingUnknown(daemon().access.add.mutate)(input);
      await (json ? printJson(made) : print(made.token));
    });
  token
    .command('list', { isDefault: true })
    .description('list tokens and the browsers that have signed in')
    .addOption(jsonOption())
    .action(async (flags: Flags) => {
      const known = await daemon().access.list.query();
      if (flags.json) return printJson(known);
      for (const { id, role, name, origin, may_answer, chunk, added_at } of known.tokens) {
        const about = [origin, may_answer && 'may answer', chunk, oneLine(name)].filter(Boolean).join(', ');
        await print(`${id}  ${role}${about ? `  ${about}` : ''}  since ${added_at}`);
      }
      for (const { id, opened_at, renewed_at } of known.sessions)
        await print(`${id.slice(0, 12)}  browser  since ${opened_at}, last seen ${renewed_at.slice(0, 10)}`);
      if (known.tokens.length + known.sessions.length === 0) await print('No tokens and no browsers yet.');
    });
  token
    .command('revoke')
    .description('revoke a token; its open connections end at once')
    .argument('<id>', 'as "token list" prints it')
    .addOption(dryRunOption())
    .addOption(jsonOption())
    .action((id: string, flags: EndingFlags) =>
      printEnding(daemon().access.revoke.mutate({ id, ...dryRunIn(flags) }), flags, `revoked ${id}.`),
    );
}

/** These write the access file in the state folder: no procedure may change which origins are listed. */
function addOrigins(program: Command, paths: () => StatePaths): void {
  const origin = program.command('origin').description('manage the origins that may embed Signalbox');
  const change = (name: 'add' | 'remove', description: string, words: (url: string) => string) =>
    origin
      .command(name)
      .description(description)
      .argument('<url>', 'scheme, host and port: https://example.com')
      .addOption(jsonOption())
      .action(async (url: string, flags: Flags) => {
        const origins = (await loadOffline()).changeOrigins(paths(), name, url);
        if (flags.json) return printJson({ origins });
        tell(words(url));
      });
  change(
    'add',
    'allow an origin to embed Signalbox',
    (url) => `${url} may embed Signalbox, with a token of its own.`,
  );
  change('remove', 'no longer allow an origin', (url) => `${url} may not embed Signalbox.`);
  origin
    .command('list', { isDefault: true })
    .description('list the allowed origins')
    .addOption(jsonOption())
    .action(async (flags: Flags) => {
      const { origins } = (await loadOffline()).doorOf(paths());
      if (flags.json) return printJson({ origins });
      await print(origins.join('\n') || 'No page elsewhere may embed Signalbox.');
    });
}

function addLimits(program: Command, paths: () => StatePaths): void {
  const limits = program.command('limits').description('show or change the limits on requests from outside');
  const show = async (limits: ReturnType<Offline['doorOf']>['limits'], flags: Flags) =>
    flags.json
      ? printJson({ limits })
      : print(
          Object.entries(limits)
            .map(([name, value]) => `${name} = ${value}`)
            .join('\n'),
        );
  limits
    .command('show', { isDefault: true })
    .description('show the limits')
    .addOption(jsonOption())
    .action(async (flags: Flags) => show((await loadOffline()).doorOf(paths()).limits, flags));
  limits
    .command('set')
    .description('change a limit; it takes effect at the next start')
    .addArgument(new Argument('<name>', 'as "limits" shows it'))
    .argument('<value>', 'a whole number, or "default"')
    .addOption(jsonOption())
    .action(async (name: string, value: string, flags: Flags) => {
      if (value !== 'default' && !/^[1-9]\d{0,9}$/.test(value))
        throw new ProgramError('usage', `A limit is a whole number from 1, or "default", not "${value}".`);
      const changed = (await loadOffline()).setLimit(
        paths(),
        name,
        value === 'default' ? null : Number(value),
      );
      await show(changed, flags);
    });
}
