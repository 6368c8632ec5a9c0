/** What `signalbox doctor --agents` finds out, as facts, and the lines that a person reads of it. */
import { acpAgent } from '../../../shared/acp-agents.ts';
import type { Looked } from '../../../shared/offline.ts';
import { oneLine, styled } from '../output/terminal-output.ts';

export type TrialName = 'permission' | 'question' | 'ask_human' | 'live turn';

/** Why something was not tried, or how it failed. */
export type TrialCode =
  | 'arrived'
  | 'not-installed'
  | 'no-script'
  | 'no-tool'
  | 'only-live'
  | 'not-asked'
  | 'no-effect'
  | 'not-heard'
  | 'ended'
  | 'silent';

export interface Trial {
  readonly what: TrialName;
  readonly result: 'passed' | 'failed' | 'not tried';
  readonly code: TrialCode;
  /** From the question on the card until the answer had arrived; of a live turn, all of it. In milliseconds. */
  readonly ms: number | null;
  /** The agent's own words: untrusted text. */
  readonly detail: string;
}

export interface AgentReport {
  readonly name: string;
  readonly configured: boolean;
  readonly driver: 'acp' | 'claude -p' | 'command';
  /** The known agent that it is like; null: none. */
  readonly like: string | null;
  readonly program: string;
  readonly path: string | null;
  /** As the program says it: its first number with a point, else its first line. */
  readonly version: string | null;
  /** How long the trials with a scripted model took, from the start of a daemon to its end, in milliseconds; null: there were none. */
  readonly ms: number | null;
  readonly trials: readonly Trial[];
  /** Hosts elsewhere that it wanted to reach meanwhile, and was refused. */
  readonly elsewhere: readonly string[];
}

export interface AgentsReport {
  /** How the project's `signalbox.json` stands; its agents are tried where it is trusted. */
  readonly signalbox_json: Looked['status'];
  readonly agents: readonly AgentReport[];
}

export const hasFailed = ({ agents }: AgentsReport): boolean =>
  agents.some(({ trials }) => trials.some(({ result }) => result === 'failed'));

export function textOf({ signalbox_json, agents }: AgentsReport): string {
  const there = agents.filter(({ configured, path }) => configured || path !== null);
  const absent = agents.filter(({ configured, path }) => !configured && path === null);
  const blocks = there.map((agent) => agentText(agent));
  return [...blocks, ...absentText(absent), ...trustText(signalbox_json)].join('\n\n');
}

const MARKS = {
  passed: styled('green', 'good'),
  failed: styled('red', 'bad '),
  'not tried': styled('yellow', 'note'),
};

function agentText(agent: AgentReport): string {
  const { name, configured, driver, program, path, version, ms, trials, elsewhere } = agent;
  const how = { acp: 'by the Agent Client Protocol', 'claude -p': 'by claude -p', command: 'as a command' };
  const where = path === null ? `${program} is not found` : `${program} ${version ?? 'of no version'}`;
  const head = `${styled('bold', name)}  ${oneLine(where)}, ${how[driver]}, ${configured ? 'configured' : 'installed'}${ms === null ? '' : `; tried in ${(ms / 1000).toFixed(1)} s`}`;
  const lines = trials.map(
    (trial) =>
      `  ${MARKS[trial.result]}  ${trial.what.padEnd(10)}  ${oneLine(sentenceOf(trial, agent)).slice(0, 600)}`,
  );
  const refused =
    elsewhere.length === 0
      ? []
      : [
          `  ${MARKS['not tried']}  elsewhere   It wanted to reach ${oneLine(elsewhere.join(', '))}: refused.`,
        ];
  return [head, ...lines, ...refused].join('\n');
}

function sentenceOf({ what, code, ms, detail }: Trial, agent: AgentReport): string {
  const said = detail === '' ? '' : ` ${detail}`;
  switch (code) {
    case 'arrived':
      return `${ARRIVED[what]}, in ${((ms ?? 0) / 1000).toFixed(1)} s.`;
    case 'not-installed':
      return `Not tried: ${agent.program} is not on PATH.${installation(agent)}`;
    case 'no-script':
      return `Not tried: there is no scripted model for ${agent.program}.`;
    case 'no-tool':
      return what === 'question'
        ? 'Not tried: it has no questions of its own.'
        : 'Not tried: it does not start our tools, and asks by the command "signalbox ask".';
    case 'only-live':
      return 'Not tried: --live makes one real turn, with your login, which costs money.';
    case 'not-asked':
      return `It did not ask.${said}`;
    case 'no-effect':
      return `It asked and was allowed, and did not do it.${said}`;
    case 'not-heard':
      return `It asked and was answered, and its model did not get the answer.${said}`;
    case 'ended':
      return `Its run ended before.${said}`;
    case 'silent':
      return `Nothing came in time.${said}`;
  }
}

const ARRIVED: Readonly<Record<TrialName, string>> = {
  permission: 'It asked, was allowed once, and did it',
  question: 'It asked with its options, and its model got the answer',
  ask_human: 'It asked by our tool, and its model got the answer',
  'live turn': 'A real turn asked you, got the answer, and ended',
};

const installation = ({ like }: AgentReport): string => {
  const { package: name } = acpAgent(like);
  return name === '' ? '' : ` Install it: npm install --global ${name}`;
};

function absentText(agents: readonly AgentReport[]): string[] {
  if (agents.length === 0) return [];
  const all = agents.map(({ name, program }) => `${name} (${program})`).join(', ');
  return [`Not installed, and not tried: ${all}.`];
}

function trustText(status: Looked['status']): string[] {
  if (status !== 'new' && status !== 'changed') return [];
  const what = status === 'new' ? 'is not trusted yet' : 'has changed since you trusted it';
  return [`signalbox.json ${what}: its agents were not tried. Look at it: signalbox trust`];
}
