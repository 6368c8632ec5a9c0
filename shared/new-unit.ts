/** The form of a new unit, and that of a whole plan: from their fields to the input of a procedure. */
import { numberIn } from './actions.ts';

/** What a plan in the form may have at most; a longer one is added at the terminal. */
export const MOST_PLAN_CHARACTERS = 400_000;

type FormFields = ReadonlyMap<string, readonly string[]>;

/** The input of `units.create`. An empty field is left out: what is needed is then refused by its name. */
export function newUnitInput(fields: FormFields): Record<string, unknown> {
  const given = (name: string) => (fields.get(name)?.[0] ?? '').trim();
  return {
    goal: fields.get('goal')?.[0] ?? '',
    agent: given('agent'),
    after: namesIn(given('after')),
    review: given('review') !== '',
    ...(given('chunk') !== '' && { chunk: given('chunk') }),
    ...(given('priority') !== '' && { priority: numberIn(given('priority')) }),
    // A worktree of its own is what units of agents have anyway, where there is git.
    ...(given('place') === 'project' && { worktree: false }),
    ...(given('base') !== '' && { base: given('base') }),
  };
}

/** The input of `units.plan`. */
export const planInput = (fields: FormFields): Record<string, unknown> => ({
  text: fields.get('plan')?.[0] ?? '',
});

/** Names with commas or blanks between them. */
export const namesIn = (text: string): string[] => text.split(/[\s,]+/).filter((name) => name !== '');
