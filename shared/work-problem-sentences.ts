/** Why work in a worktree cannot be prepared, kept or merged, in words. */
import type { MoveProblem, WorkProblem, WorkTrouble } from './work-problem.ts';

/** What keeps a unit in a worktree from going on, for the operator. */
export function troubleWords(trouble: WorkTrouble): string {
  switch (trouble.code) {
    case 'not-moved':
      return moveWords(trouble.branch, trouble);
    case 'branch-gone':
      return `The branch ${trouble.branch} is not there any more.`;
    case 'unexpected':
      return trouble.words;
    default:
      return problemWords(trouble);
  }
}

/** What is wrong, and what would help, for the operator. */
export function problemWords(problem: WorkProblem): string {
  switch (problem.code) {
    case 'git-missing':
      return 'There is no git here. Install git 2.38 or newer.';
    case 'git-too-old':
      return `This is git ${problem.found}; worktrees need ${problem.needed} or newer.`;
    case 'git-failed':
      return `git ${problem.command} ended with ${problem.exit}: ${problem.words}`;
    case 'git-timeout':
      return `git ${problem.command} did not end within ${Math.round(problem.ms / 1000)} s.`;
    case 'git-killed':
      return `git ${problem.command} was ended by ${problem.signal}.`;
    case 'git-output':
      return `git ${problem.command} printed more than ${problem.bytes} bytes.`;
    case 'no-folder':
      return `${problem.folder} is not there.`;
    case 'no-repository':
      return `${problem.folder} is in no git repository. ${problem.words}`;
    case 'no-commit':
      return `The repository of ${problem.folder} has no commit yet. Make one, then try again.`;
    case 'bare':
      return `${problem.folder} is no checked-out folder: its repository is bare (core.bare).`;
    case 'base-unknown':
      return `There is no branch, tag or commit called ${problem.base}.`;
    case 'branch-in-use':
      return `The branch ${problem.branch} is in use in ${problem.path}.`;
    case 'path-taken':
      return `${problem.path} is taken by something else.`;
    case 'project-moved':
      return `${problem.path} leads to a repository that is gone: ${problem.was}. Run: git worktree repair`;
    case 'no-worktree':
      return `There is no worktree at ${problem.path}.`;
    case 'repository-busy':
      return `Another process${problem.pid === null ? '' : ` (${problem.pid})`} writes to ${problem.folder} and does not end.`;
    case 'process-inside':
      return `Processes work in ${problem.path}: ${problem.pids.join(', ')}.`;
    case 'git-running':
      return `A git of somebody else works in ${problem.path} (${problem.pids.join(', ')}). Try again when it has ended.`;
    case 'process-unknown':
      return `Nothing says whether a process works in ${problem.path}.`;
    case 'nested-repositories':
      return `${problem.path} holds other repositories, which no snapshot keeps: ${problem.nested.join(', ')}.`;
    case 'not-saved':
      return `These files of ${problem.path} cannot be kept: ${problem.files.join(', ')}.`;
    case 'base-moved':
      return `The branch ${problem.branch} has moved meanwhile.`;
    case 'not-on-base':
      return `The work does not stand on ${problem.base}: it has to be rebased first.`;
    case 'not-kept':
      return `Nothing is kept as ${problem.ref}.`;
  }
}

/** Why the base could not be moved, and what would help. */
function moveWords(branch: string, { refused, folder, files, words, operation }: MoveProblem): string {
  switch (refused) {
    case 'base-moved':
      return `${branch} has moved meanwhile.`;
    case 'folder-missing':
      return `${branch} is checked out in ${folder}, which is gone. Run: git worktree prune`;
    case 'checked-out-twice':
      return `${branch} is checked out in ${folder} and elsewhere. Let it be checked out in one folder.`;
    case 'operation-in-progress':
      return `A ${operation} is in progress in ${folder}. Finish or abort it.`;
    case 'index-locked':
      return `Some git is at work in ${folder}, or has left index.lock there.`;
    case 'files-in-the-way':
      return [
        `In ${folder} these files have changes of yours that the merge would overwrite:`,
        ...files,
      ].join('\n');
    case 'unrepaired':
      return 'Another merge was interrupted and is not repaired yet.';
    case 'git-refused':
      return words || 'Git refused, and did not say why.';
  }
}
