import { type Command, Option } from 'commander';
import { statWords } from '../../../shared/sentences.ts';
import { MERGE_STRATEGIES } from '../../../shared/work-words.ts';
import type { Daemon } from '../../daemon/daemon-client.ts';
import { ProgramError } from '../output/program-error.ts';
import { print, printJson, tell } from '../output/terminal-output.ts';
import { jsonOption } from './flags.ts';
import { printCommitted } from './print-committed.ts';

type Flags = { json?: boolean };

/** The commands about what units changed in their worktrees. */
export function addWorktreeCommands(program: Command, daemon: () => Daemon): void {
  addDiff(program, daemon);
  addMerge(program, daemon);
  const worktree = program.command('worktree').description('list the worktrees, or remove and restore them');
  addListing(worktree, daemon);
  addFolders(worktree, daemon);
}

interface DiffFlags extends Flags {
  readonly stat?: boolean;
  readonly nameOnly?: boolean;
}

function addDiff(program: Command, daemon: () => Daemon): void {
  program
    .command('diff')
    .description('print what a unit has changed, as "git apply" takes it')
    .argument('<chunk>')
    .addOption(new Option('--stat', 'how many files and lines').conflicts('nameOnly'))
    .option('--name-only', 'the names of the files')
    .addOption(jsonOption())
    .action(async (chunk: string, flags: DiffFlags) => {
      if (flags.json) return printJson(await daemon().work.diff.query({ chunk }));
      if (flags.nameOnly) return printNames(daemon(), chunk);
      if (flags.stat) return print(statWords((await daemon().work.diff.query({ chunk })).stat));
      const { patch } = await daemon().work.patch.query({ chunk });
      await print(patch.replace(/\n$/, ''));
    });
}

async function printNames(daemon: Daemon, chunk: string): Promise<void> {
  for (let page = 1, pages = 1; page <= pages; page += 1) {
    const diff = await daemon.work.diff.query({ chunk, page });
    pages = diff.pages;
    for (const { path } of diff.files) await print(path);
  }
}

interface MergeFlags extends Flags {
  readonly strategy?: (typeof MERGE_STRATEGIES)[number];
  readonly leave?: boolean;
  readonly discard?: boolean;
  readonly snapshot?: string;
}

function addMerge(program: Command, daemon: () => Daemon): void {
  program
    .command('merge')
    .description('merge what a finished unit has changed into its base')
    .argument('<chunk>')
    .addOption(new Option('--strategy <how>', 'else as the project says').choices(MERGE_STRATEGIES))
    .addOption(new Option('--leave', 'leave it as a branch').conflicts(['strategy', 'discard']))
    .addOption(new Option('--discard', 'merge nothing; it stays kept under a ref').conflicts(['strategy']))
    .option('--snapshot <commit>', 'only if this is what it has changed')
    .addOption(jsonOption())
    .action(async (chunk: string, flags: MergeFlags) => {
      const { work } = await daemon().unit.query({ chunk });
      if (!work?.snapshot) throw new ProgramError('refused', `${chunk} has nothing to merge.`);
      const how = flags.leave ? 'leave' : flags.discard ? 'discard' : (flags.strategy ?? 'default');
      const snapshot = flags.snapshot ?? work.snapshot.commit;
      const said = flags.leave
        ? 'is left as a branch.'
        : flags.discard
          ? 'is discarded.'
          : 'is being merged.';
      await printCommitted(daemon().work.merge.mutate({ chunk, snapshot, how }), flags, `${chunk} ${said}`);
    });
}

function addListing(worktree: Command, daemon: () => Daemon): void {
  worktree
    .command('ls', { isDefault: true })
    .description('list the worktrees, and what was changed there')
    .addOption(jsonOption())
    .action(async (flags: Flags) => {
      const all = await daemon().work.list.query();
      if (flags.json) return printJson(all);
      for (const { chunk, branch, path, changes, end, pruned_at } of all) {
        const parts = [branch, changes && statWords(changes), end, pruned_at ? 'removed' : path];
        await print(`${chunk}  ${parts.filter(Boolean).join('  ')}`);
      }
    });
  worktree
    .command('path')
    .description('print where the worktree of a unit is')
    .argument('<chunk>')
    .addOption(jsonOption())
    .action(async (chunk: string, flags: Flags) => {
      const { work } = await daemon().unit.query({ chunk });
      if (!work || work.pruned_at !== null) throw new ProgramError('refused', `${chunk} has no worktree.`);
      await (flags.json ? printJson({ path: work.path }) : print(work.path));
    });
}

/** What is done with the folder of a unit that is done. */
function addFolders(worktree: Command, daemon: () => Daemon): void {
  worktree
    .command('prune')
    .description('remove the worktree of a done unit; its last state stays kept under a ref')
    .argument('<chunk>')
    .option('--dry-run', 'only say what would be removed for good')
    .addOption(jsonOption())
    .action(async (chunk: string, flags: Flags & { dryRun?: boolean }) => {
      const outcome = await daemon().work.prune.mutate({ chunk, dry_run: flags.dryRun ?? false });
      if (flags.json) return printJson(outcome);
      for (const { name, bytes } of outcome.ignored)
        await print(`${name}  ${bytes} bytes, ignored by git: in no snapshot`);
      tell(outcome.ref === null ? `the worktree of ${chunk} could be removed.` : `kept as ${outcome.ref}.`);
    });
  worktree
    .command('restore')
    .description('bring back a worktree that was removed')
    .argument('<chunk>')
    .addOption(jsonOption())
    .action(async (chunk: string, flags: Flags) => {
      const { path } = await daemon().work.restore.mutate({ chunk });
      await (flags.json ? printJson({ path }) : print(path));
    });
  worktree
    .command('forget')
    .description('drop what is kept of a removed worktree, for good')
    .argument('<chunk>')
    .option('--dry-run', 'only say what would be dropped for good')
    .addOption(jsonOption())
    .action(async (chunk: string, flags: Flags & { dryRun?: boolean }) => {
      const done = await daemon().work.forget.mutate({ chunk, dry_run: flags.dryRun ?? false });
      if (flags.json) return printJson(done);
      if (flags.dryRun) {
        for (const ref of done.refs) await print(ref);
        return tell('nothing was changed.');
      }
      tell(`nothing is kept of the worktree of ${chunk} any more.`);
    });
}
