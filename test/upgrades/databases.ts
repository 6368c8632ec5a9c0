/** The databases that each schema left, and what its version said of them: see make-fixture.mjs. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';

const FOLDER = join(import.meta.dirname, '..', '..', '..', 'test', 'upgrades', 'databases');

/** Of a unit, what every version could say. */
export interface SaidUnit {
  readonly status: string;
  readonly runs: number;
  readonly items: readonly {
    readonly kind: string;
    /** Where an agent asked. */
    readonly prompt?: string;
    readonly answer: string | null;
    readonly withdrawn: boolean;
  }[];
}

export const isKept = (schema: number): boolean => existsSync(join(FOLDER, `schema-${schema}.db.gz`));

export function writeDatabase(schema: number, path: string): void {
  writeFileSync(path, gunzipSync(readFileSync(join(FOLDER, `schema-${schema}.db.gz`))), { mode: 0o600 });
}

export const saidOf = (schema: number): Readonly<Record<string, SaidUnit>> =>
  JSON.parse(readFileSync(join(FOLDER, `schema-${schema}.json`), 'utf8')) as Record<string, SaidUnit>;
