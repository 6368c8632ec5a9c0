import type { Agent } from './agent.ts';

export const inShell = (command: string): readonly string[] => ['/bin/sh', '-c', command];

/** Runs a phase's command line in `/bin/sh`. */
export const shellAgent: Agent = {
  name: 'shell',
  env: [],
  interrupt: null,
  command: ({ unit, phase }) => {
    const step = unit.spec.steps.find((each) => each.phase === phase);
    return inShell(step?.command ?? 'exit 0');
  },
};
