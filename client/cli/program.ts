/** Defines the commands of the terminal: names, arguments, help. What a command does is in `commands/`, or is one call. */
import { dirname, join } from 'node:path';
import { Command, Option } from 'commander';
import { boardOf, cardsOf } from '../../shared/board.ts';
import { overHttp } from '../daemon/daemon-client.ts';
import { addAccessCommands } from './commands/access-commands.ts';
import { addAccessFlags } from './commands/access-flags.ts';
import { addAddCommand } from './commands/add.ts';
import { addArchive } from './commands/archive.ts';
import { addAskingCommands } from './commands/asking-commands.ts';
import { addServiceCommands } from './commands/at-login-commands.ts';
import { addAudit } from './commands/audit.ts';
import { addBulk } from './commands/bulk.ts';
import { addConfig } from './commands/config.ts';
import { addConflictCommands } from './commands/conflict-commands.ts';
import { addDatabaseCommands } from './commands/database-commands.ts';
import { addExamples } from './commands/examples.ts';
import { addExecutors } from './commands/executors.ts';
import { type FilterFlags, queryFrom } from './commands/filter-flags.ts';
import { jsonOption } from './commands/flags.ts';
import { addHistory } from './commands/history.ts';
import { addHookCommands } from './commands/hook-commands.ts';
import { addHub } from './commands/hub.ts';
import { addItemCommands } from './commands/item-commands.ts';
import type { LogsFlags } from './commands/logs.ts';
import { addNotify } from './commands/notify.ts';
import { addOpen } from './commands/open.ts';
import { addPolicyCommands } from './commands/policy-commands.ts';
import { addReport } from './commands/report.ts';
import { type StartFlags, start, stop } from './commands/start.ts';
import type { TrustFlags } from './commands/trust.ts';
import { addUnitCommands } from './commands/unit-commands.ts';
import { addUsage } from './commands/usage.ts';
import type { WaitFlags } from './commands/wait.ts';
import { addWorktreeCommands } from './commands/worktree-commands.ts';
import { addCompletion } from './completion/completion.ts';
import { pathsFor, projectFrom, socketFor } from './context/project.ts';
import { guardRuns } from './context/run-guard.ts';
import type { DoctorFlags } from './doctor/doctor.ts';
import { attentionList, unitList, unitText } from './output/listing.ts';
import { keepTo, print, printJson, tellPlain } from './output/terminal-output.ts';

export const EXIT_CODES = `
Exit codes: 0 done; 1 refused by the daemon; 3 the question was withdrawn; 4 what was waited for can no longer
come; 64 wrong usage; 65 plan, database, signalbox.json or config.json unusable; 69 no daemon runs here;
70 something went wrong; 74 disk full, unwritable or taken away; 75 already running, port taken, or no answer in time;
77 files open to others, the system forbids it, or not for what runs inside a run; 78 not possible on this
machine; 141 nobody reads on, as in "signalbox ls | head -1".`;

const SETTINGS = `
Settings: each is taken from the first of these that says something, and stays so for this project.
  flag          --port                 --max-agents           --undo-seconds
  environment   SIGNALBOX_PORT         SIGNALBOX_MAX_AGENTS   SIGNALBOX_UNDO_SECONDS
  your file     ~/.config/signalbox/config.json (or under $XDG_CONFIG_HOME), for all your projects:
                {"port": 7845, "max-agents": 4, "undo-seconds": 4}
  as it was     the port of the last start    what a start or "signalbox config update" has set
  default       7845                   4                      4
The project is that of --project, else of SIGNALBOX_PROJECT, else the one around this folder. A file of the
project itself has no say: its signalbox.json names agents, which count once you trust them.`;

export const program = new Command('signalbox')
  .description('What needs me, in which order, and what is everything else doing.')
  .option(
    '--project <folder>',
    'the project to talk about (default: $SIGNALBOX_PROJECT, or the one around this folder)',
  )
  .option('--no-color', 'no colours, as where NO_COLOR is set')
  .option('-q, --quiet', 'print data and errors alone, and not what was done')
  .addHelpText('after', EXIT_CODES)
  .configureOutput({ writeErr: tellPlain })
  .exitOverride();

program.hook('preAction', () => keepTo(program.opts()));

/** The socket of the daemon that the command line selects. */
export const socket = (): string => socketFor(program.opts<{ project?: string }>().project);
const daemon = () => overHttp(socket());
const project = (): string => projectFrom(program.opts<{ project?: string }>().project);

const startCommand = program
  .command('start')
  .description('start the daemon')
  .option('--foreground', 'stay in this terminal')
  .option('--port <number>', 'listen here, and from now on (0: any free one)')
  .option('--plan <file>', 'add the units of a plan; those that exist stay as they are')
  .option(
    '--database <url>',
    'keep the state in PostgreSQL from now on: postgres://USER@HOST/NAME, file:PATH of a file with such a URL, or sqlite',
  )
  .option('--max-agents <number>', 'how many runs may be at work at once (default 4)')
  .option(
    '--undo-seconds <number>',
    'how long an answer from the page can be undone, in seconds (default 4)',
  );
addAccessFlags(startCommand, 'nothing can be changed and nothing starts')
  .option(
    '--log-format <format>',
    'text, or json: one document a line, for programs that collect logs (default text)',
  )
  .addOption(jsonOption().conflicts('foreground'))
  .addHelpText('after', SETTINGS)
  .action(async (flags: StartFlags) => {
    await (await import('./commands/trust.ts')).offerTrust(pathsFor(project()));
    await start(project(), flags);
  });

program
  .command('stop')
  .description('stop the daemon; runs at work go on and are found again')
  .addOption(jsonOption())
  .action((flags: { json?: boolean }) =>
    stop({ socket: socket(), holder: join(dirname(socket()), 'daemon.json') }, flags.json ?? false),
  );

program
  .command('status')
  .description('show the daemon, its address and how many units there are')
  .addOption(jsonOption())
  .action(async (flags: { json?: boolean }) => {
    const status = await daemon().status.query();
    if (flags.json) return printJson(status);
    const units = Object.entries(status.units).filter(([, count]) => count > 0);
    await print(`${status.address}  ${status.project} (pid ${status.pid})`);
    await print(
      units.map(([name, count]) => `${count} ${name.toLowerCase().replace('_', ' ')}`).join(', ') ||
        'no units',
    );
    await print(status.items === 0 ? 'nothing needs you' : `${status.items} open: signalbox attention`);
  });

addAddCommand(program, daemon);

program
  .command('ls')
  .description('list the units by status')
  .option('--status <list>', 'only these, with commas: running, needs_attention, ready, blocked, done')
  .option(
    '--kind <list>',
    'only those with an item of this kind: question, decision, review, stuck, conflict',
  )
  .option('--find <words>', 'only those whose name or title holds these words')
  .option('--page <number>', 'only this page, of 200 units')
  .addOption(jsonOption())
  .action(async (flags: FilterFlags & { json?: boolean }) => {
    const snapshot = await daemon().board.now.query(queryFrom(flags));
    if (flags.json) return printJson(snapshot.rows.filter((row) => row.row === 'unit'));
    await print(unitList(snapshot));
  });

program
  .command('show')
  .description('show everything about a unit')
  .argument('<chunk>')
  .addOption(jsonOption())
  .action(async (chunk: string, flags: { json?: boolean }) => {
    const detail = await daemon().unit.query({ chunk });
    await (flags.json ? printJson(detail) : print(unitText(detail)));
  });

program
  .command('attention')
  .description('list what needs you, the most useful first')
  .option('--kind <list>', 'only these, with commas: question, decision, review, stuck, conflict')
  .option('--find <words>', 'only those that contain these words')
  .addOption(new Option('--interactive', 'work through it by keys').conflicts(['json', 'all']))
  .option('--all', 'of all projects whose daemons run on this machine')
  .addOption(jsonOption())
  .action(async (flags: FilterFlags & { json?: boolean; interactive?: boolean; all?: boolean }) => {
    if (flags.interactive) return (await import('./interactive/interactive.ts')).interactive(socket());
    if (flags.all) return (await import('./commands/attention-all.ts')).attentionAll(flags);
    const snapshot = await daemon().board.now.query(queryFrom(flags));
    if (flags.json) return printJson(cardsOf(boardOf(snapshot)));
    await print(attentionList(snapshot));
  });

addAskingCommands(program, socket, daemon);

program
  .command('logs')
  .description('print what a run printed')
  .argument('<chunk>')
  .option('-f, --follow', 'go on until the run ends')
  .option('--run <number>', 'which run (default: the latest)')
  .addOption(jsonOption())
  .action(async (chunk: string, flags: LogsFlags) =>
    (await import('./commands/logs.ts')).logs(socket(), chunk, flags),
  );

program
  .command('watch')
  .description('print what happens, as it happens')
  .addOption(jsonOption())
  .action(async (flags: { json?: boolean }) =>
    (await import('./commands/watch.ts')).watch(socket(), flags.json ?? false),
  );

program
  .command('trust')
  .description('show the agents that signalbox.json names, and trust them')
  .option('--yes', 'do not ask: you have read them')
  .addOption(jsonOption())
  .action(async (flags: TrustFlags) =>
    (await import('./commands/trust.ts')).trustAgents(pathsFor(project()), flags),
  );

program
  .command('doctor')
  .description('check everything that must work here, and report what does not')
  .option('--security', 'check access, and try attacks on the running daemon')
  .addOption(new Option('--agents', 'try each agent, with a scripted model').conflicts('security'))
  .option('--live', 'agents: one real turn of each, too, with your login, which costs money')
  .addOption(jsonOption())
  .action(async (flags: DoctorFlags) =>
    (await import('./doctor/doctor.ts')).doctor(pathsFor(project()), flags),
  );

program
  .command('wait')
  .description('wait until a unit is done, or needs you')
  .argument('<chunk>')
  .addOption(
    new Option('--until <what>', 'done: exit code 0 when it has finished, 4 when it was closed or removed')
      .choices(['done', 'needs-attention'])
      .default('done'),
  )
  .option('--timeout <seconds>', 'give up waiting, with exit code 75')
  .addOption(jsonOption())
  .action(async (chunk: string, flags: WaitFlags) =>
    (await import('./commands/wait.ts')).wait(socket(), chunk, flags),
  );

addServiceCommands(program, () => pathsFor(project()));
addHub(program);
addHookCommands(program);
for (const add of [addUnitCommands, addItemCommands, addConflictCommands, addReport, addConfig, addNotify])
  add(program, daemon);
addPolicyCommands(program, daemon, project);
addBulk(program, daemon);
addArchive(program, daemon);
addHistory(program, daemon);
addWorktreeCommands(program, daemon);
addOpen(program, daemon, () => pathsFor(project()));
addAccessCommands(program, daemon, () => pathsFor(project()));
addAudit(program, daemon);
addUsage(program, daemon);
addExecutors(program, daemon, () => pathsFor(project()));
addDatabaseCommands(program, () => pathsFor(project()));
addCompletion(program);
addExamples(program);
guardRuns(program);
