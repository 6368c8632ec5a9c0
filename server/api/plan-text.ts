/** Reads a plan that somebody pasted, and names each mistake by its line and field. */
import type { z } from 'zod';
import { parseJson } from '../../shared/json-text.ts';
import { MOST_PLAN_CHARACTERS } from '../../shared/new-unit.ts';
import type { UnitSpec } from '../../shared/words.ts';
import { invalid } from '../domain/refusal.ts';
import { brokenLine, lineOf } from './json-place.ts';
import { plan, specOf } from './plan-input.ts';

/** As many mistakes are named at once. */
const MOST_NAMED = 20;

/** The units of a plan. Throws a `Refusal` about `plan` with a line for each mistake. */
export function readPlanText(text: string): UnitSpec[] {
  if (text.trim() === '') throw invalid('plan', 'Paste a plan, or choose a file.');
  if (text.length > MOST_PLAN_CHARACTERS)
    throw invalid(
      'plan',
      `A plan has at most ${MOST_PLAN_CHARACTERS} characters here. Add a longer one at the terminal: signalbox add --plan FILE`,
    );
  const read = plan.safeParse(dataIn(text));
  if (read.success) return read.data.units.map(specOf);
  const { issues } = read.error;
  const named = issues.slice(0, MOST_NAMED).map((issue) => mistakeWords(text, issue));
  const left = issues.length - named.length;
  throw invalid('plan', [...named, ...(left > 0 ? [`… and ${left} more.`] : [])].join('\n'));
}

function dataIn(text: string): unknown {
  try {
    return parseJson(text);
  } catch {
    throw invalid('plan', `Line ${brokenLine(text) ?? 1}: this is not JSON from here on.`);
  }
}

type Issue = z.core.$ZodIssue;

function mistakeWords(text: string, issue: Issue): string {
  const keys = issue.code === 'unrecognized_keys' ? issue.keys.slice(0, 1) : [];
  const path = [...issue.path, ...keys];
  const where = path.length === 0 ? '' : `${path.map(String).join('.')}: `;
  return `Line ${lineOf(text, path)}: ${where}${messageOf(issue)}`;
}

/** Errors about keys of a record are nested one level deeper. */
const messageOf = (issue: Issue): string =>
  issue.code === 'invalid_key' ? (issue.issues[0]?.message ?? issue.message) : issue.message;
