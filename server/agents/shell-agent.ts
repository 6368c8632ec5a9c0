import type { Agent } from './agent.ts';

/** Runs a phase's command line in `/bin/sh`. */
export const shellAgent: Agent = {
  name: 'shell',
  env: [],
  interrupt: null,
  command: ({ unit, phase }) => {
    const step = unit.spec.steps.find((each) => each.phase === phase);
    return ['/bin/sh', '-c', step?.command ?? 'exit 0'];
  },
};
