/** `signalbox hub`: all projects of this user on one page. */
import { text } from 'node:stream/consumers';
import type { Command } from 'commander';
import type { HubEntry, HubPlace } from '../../../shared/hub-words.ts';
import { overHttp } from '../../daemon/daemon-client.ts';
import { isListening } from '../../daemon/is-listening.ts';
import { hubPaths } from '../context/project.ts';
import { ProgramError } from '../output/program-error.ts';
import { oneLine, print, printJson, table, tell } from '../output/terminal-output.ts';
import { type AccessFlags, addAccessFlags, commandLineOf } from './access-flags.ts';
import { jsonOption } from './flags.ts';
import { openPage } from './open.ts';
import { startDetached, stop } from './start.ts';

interface HubFlags extends AccessFlags {
  readonly foreground?: boolean;
  readonly json?: boolean;
}

type Flags = { json?: boolean };

const loadHub = async (): Promise<HubEntry> =>
  (await import(new URL('./hub.js', import.meta.url).href)) as HubEntry;

export function addHub(program: Command): void {
  const hub = program.command('hub').description('show all your projects on one page');
  addStart(hub);
  hub
    .command('open')
    .description('open the page of all projects in the browser')
    .addOption(jsonOption())
    .action(async (_: Flags, command: Command) => {
      await checkRuns();
      const daemon = overHttp(hubPaths().socket);
      const { address } = await daemon.status.query();
      await openPage(daemon, { address, path: '/' }, hubPaths(), isJson(command));
    });
  hub
    .command('stop')
    .description('stop the page; the daemons of the projects go on')
    .addOption(jsonOption())
    .action(async (_: Flags, command: Command) => {
      await checkRuns();
      await stop(hubPaths(), isJson(command), 'The daemons of the projects go on.');
    });
  addPlaces(hub);
}

/** `signalbox hub` takes flags of the commands below it for its own. */
const isJson = (command: Command): boolean => command.optsWithGlobals<Flags>().json === true;

async function checkRuns(): Promise<void> {
  if (!(await isListening(hubPaths().socket)))
    throw new ProgramError('absent', 'The hub does not run. Start it: signalbox hub');
}

function addStart(hub: Command): void {
  hub
    .option('--foreground', 'stay in this terminal')
    .option('--port <number>', 'listen here, and from now on (0: any free one)');
  addAccessFlags(hub, 'nothing can be answered here')
    .addOption(jsonOption().conflicts('foreground'))
    .action(async (flags: HubFlags) => {
      const given = commandLineOf(flags);
      if (flags.foreground) return (await loadHub()).main(given);
      const startable = { paths: hubPaths(), command: ['hub'], flags: given, opener: 'signalbox hub open' };
      await startDetached(startable, flags.json ?? false);
    });
}

interface AddFlags extends Flags {
  readonly program: string;
}

function addPlaces(hub: Command): void {
  hub
    .command('add')
    .description('show the daemon of another machine, too')
    .argument('<url>', 'ssh://HOST/FOLDER, or https://HOST:PORT with a token on standard input')
    .option('--program <command>', 'ssh: how signalbox is called there', 'signalbox')
    .addOption(jsonOption())
    .action(async (url: string, { program }: AddFlags, command: Command) => {
      await tellPlace(
        await (await loadHub()).addPlace(url, { token: readToken, program }),
        isJson(command),
        'is shown from now on',
      );
    });
  hub
    .command('remove')
    .description('show a daemon of another machine no more')
    .argument('<url>', 'as it was added')
    .option('--dry-run', 'only say which one that is')
    .addOption(jsonOption())
    .action(async (url: string, { dryRun = false }: { dryRun?: boolean }, command: Command) => {
      const json = isJson(command);
      const place = (await loadHub()).removePlace(url, { dryRun });
      await tellPlace(
        place,
        json,
        dryRun ? 'would be shown no more. Nothing was changed' : 'is shown no more',
      );
      if (!json && !dryRun)
        tell('its token still counts there. To end it, on that machine: signalbox token list');
    });
  hub
    .command('places')
    .description('list the daemons of other machines')
    .addOption(jsonOption())
    .action(async (_: Flags, command: Command) => {
      const places = (await loadHub()).places();
      if (isJson(command)) return printJson(places);
      if (places.length === 0) return print('No other machines: signalbox hub add ssh://HOST/FOLDER');
      await print(
        table(
          places.map(({ url, folder, machine }) => [oneLine(machine), oneLine(folder), oneLine(url)]),
          (_row, _column, cell) => cell,
        ),
      );
    });
}

async function tellPlace(place: HubPlace, json: boolean, what: string): Promise<void> {
  if (json) return printJson(place);
  tell(`${place.folder} on ${place.machine} ${what}.`);
}

/** Never as an argument: command lines are visible to all users of the machine. */
async function readToken(): Promise<string> {
  if (!process.stdin.isTTY) return (await text(process.stdin)).trim();
  throw new ProgramError('usage', 'By https a token is read from standard input: … | signalbox hub add URL');
}
