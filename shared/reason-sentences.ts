/** How runs end, and why something was held, closed, withdrawn or woken. The same words on every door. */

import type { ConflictReason } from './conflict-words.ts';
import type { Item } from './item-words.ts';
import type { BrokenLimit, Closing, Hold, NeverBegan, SessionEndCode, WakeReason } from './reason-words.ts';
import type { Outcome } from './words.ts';
import { problemWords } from './work-problem-sentences.ts';

/** How a run ended, to stand after "Run 3". */
export function outcomeWords(outcome: Outcome): string {
  switch (outcome.exit) {
    case 'exited':
      return outcome.code === 0 ? 'ended well' : `failed with exit code ${outcome.code}`;
    case 'refused':
      return `ended, but ${outcome.tools.join(', ')} was refused and you were not asked`;
    case 'reported':
      return outcome.success ? 'was reported finished' : 'was reported failed';
    case 'killed':
      return 'was killed';
    case 'stopped':
      return `was stopped: ${limitWords(outcome)}`;
    case 'vanished':
      return 'vanished: its processes are gone and nothing says how it ended';
    case 'fenced':
      return `was ended on its machine, as Signalbox could not be reached from there for ${outcome.seconds} s`;
    case 'lost':
      return `is lost: nothing was heard of its machine for ${outcome.seconds} s, and what it does there is not known`;
    case 'never-began':
      return `never began: ${neverBeganWords(outcome)}`;
  }
}

/** Which limit a run broke, to stand after "was stopped:". */
export const limitWords = ({ output_mib }: BrokenLimit): string => `it printed more than ${output_mib} MiB`;

function neverBeganWords(reason: NeverBegan): string {
  switch (reason.code) {
    case 'wrapper-ended':
      return 'its wrapper ended before the command began';
    case 'agent-not-trusted':
      return `its agent ${reason.detail} is not trusted`;
    case 'answers-too-long':
      return `with your answers ${tooLong(reason.detail)}`;
    case 'argument-too-long':
      return tooLong(reason.detail);
    case 'prompt-file-missing':
      return `the prompt file ${reason.detail} is not there`;
    case 'prompt-file-outside':
      return `the prompt file ${reason.detail} leads out of the project`;
    case 'prompt-file-too-large':
      return `the prompt file ${reason.detail} is no file of at most 128 KiB`;
    case 'cannot-start':
      return reason.detail;
    case 'no-executor':
      return `there is no executor ${reason.detail} any more`;
    case 'not-claimed':
      return `${reason.detail} took it, but nothing there claimed it`;
    case 'worktree':
      return problemWords(reason.problem);
  }
}

const tooLong = (placeholder: string): string =>
  `${placeholder} has more than 128 KiB, the most that a program takes in one argument`;

/** Why a unit is held, to stand after "held:". */
export const holdWords = ({ code, text }: Hold): string => text || HOLDS[code];

const HOLDS: Readonly<Record<Hold['code'], string>> = {
  operator: 'by you',
  killed: 'killed by you',
  budget: 'its budget is spent',
};

/** Why a unit was closed. */
export const closingWords = ({ code, text }: Closing): string => text || CLOSED[code];

const CLOSED = {
  operator: 'closed by the operator',
  stuck: 'closed when stuck',
  'session-ended': 'its session has ended',
} as const satisfies Record<Closing['code'], string>;

/** Why an item was withdrawn; empty: it was not. */
export function withdrawalWords({ withdrawal, answer }: Pick<Item, 'withdrawal' | 'answer'>): string {
  if (withdrawal === null) return '';
  const { code, text } = withdrawal;
  const isLost = answer !== null && (code === 'unit-closed' || code === 'unit-removed');
  return text || `${WITHDRAWN[code]}${isLost ? '; never delivered' : ''}`;
}

const WITHDRAWN = {
  operator: 'no longer needed',
  asker: 'the agent no longer asks',
  'run-ended': 'the run has ended',
  'no-rival': 'nobody is in the way any more',
  'work-changed': 'the work has changed since',
  'unit-closed': 'the unit was closed',
  'unit-removed': 'the unit was removed',
} as const;

/** Why an item is back in the queue. */
export function wakeWords(reason: WakeReason): string {
  switch (reason.code) {
    case 'operator':
      return 'woken by the operator';
    case 'due':
      return 'its time has come';
    case 'unit-done':
      return `${reason.chunk} is done`;
    case 'unit-removed':
      return `${reason.chunk} was removed`;
  }
}

/** Why a browser is no longer signed in, to stand after "signed out:". */
export const sessionEndWords = (code: SessionEndCode): string =>
  ({
    'signed-out': 'here',
    'signed-out-everywhere': 'everywhere',
    expired: 'not used for 30 days',
    'too-many': 'too many browsers',
  })[code];

/** Why two units may, or may not, be at work at the same time. */
export function conflictReasonWords({ code, text }: ConflictReason, files: number): string {
  const same = files === 0 ? 'some of the same files' : `${files} of the same files`;
  switch (code) {
    case 'reported':
      return text;
    case 'operator':
      return 'decided by the operator';
    case 'declared-files':
      return files === 1 ? 'both declare the same file' : `both declare ${same}`;
    case 'changed-files':
      return 'both changed the same files, and git merges them';
    case 'git-conflicts':
      return files === 1
        ? 'git finds a conflict in a file'
        : `git finds conflicts in ${files || 'some'} files`;
  }
}
