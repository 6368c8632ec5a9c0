import { spawnSync } from 'node:child_process';

const SHELL = /^-?(sh|bash|dash|zsh|ksh|fish|env)$/;
const MOST_SHELLS = 5;

/** Of a process that cannot be found out: it lives as long as the machine. */
const UNKNOWN = 1;

/** The process of the agent that has called this hook: agents call by a shell, which may stay in between. */
export function hostProcess(): number {
  // Claude Code says it itself.
  const said = Number(process.env.CLAUDE_PID);
  if (Number.isInteger(said) && said > 1) return said;
  let pid = process.ppid;
  for (let nth = 0; nth < MOST_SHELLS; nth++) {
    const { status, stdout } = spawnSync('ps', ['-o', 'ppid=,comm=', '-p', String(pid)], {
      encoding: 'utf8',
    });
    const [, parent = '', command = ''] = /^\s*(\d+)\s+(.+?)\s*$/.exec(stdout ?? '') ?? [];
    if (status !== 0 || parent === '') return UNKNOWN;
    if (!SHELL.test(command.split('/').at(-1) ?? '')) return pid;
    pid = Number(parent);
  }
  return UNKNOWN;
}
