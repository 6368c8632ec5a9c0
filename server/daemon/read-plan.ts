import { readFileSync } from 'node:fs';
import { parseJson } from '../../shared/json-text.ts';
import type { UnitSpec } from '../../shared/words.ts';
import { plan, specOf } from '../api/plan-input.ts';
import { refusalOf } from '../api/refusal-of.ts';
import { OPERATOR } from '../domain/actors.ts';
import { addUnits } from '../domain/commands/units.ts';
import { Refusal } from '../domain/refusal.ts';
import type { Store } from '../store/store.ts';
import { Problem } from '../system/problem.ts';

/** Reads a plan: `{"units": [...]}`. Throws a `Problem` that names the file and the field. */
export function readPlan(path: string): UnitSpec[] {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    throw new Problem('data', `The plan ${path} cannot be read (${(error as NodeJS.ErrnoException).code}).`);
  }
  let json: unknown;
  try {
    json = parseJson(text);
  } catch (error) {
    throw new Problem('data', `The plan ${path} is not JSON: ${(error as Error).message}`);
  }
  const read = plan.safeParse(json);
  if (read.success) return read.data.units.map(specOf);
  throw new Problem('data', `The plan ${path} cannot be taken. ${refusalOf(read.error)?.message}`);
}

/** Throws a `Problem` where the plan does not fit what is there. */
export async function addPlan(store: Store, specs: readonly UnitSpec[], path: string): Promise<void> {
  try {
    await store.commit(OPERATOR, (state) => addUnits(state, specs));
  } catch (error) {
    if (error instanceof Refusal)
      throw new Problem('data', `The plan ${path} cannot be taken. ${error.message}`);
    throw error;
  }
}
