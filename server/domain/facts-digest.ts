import { createHash } from 'node:crypto';
import type { UnitSpec } from '../../shared/words.ts';

/** Equal for units that were added with equal facts. The log keeps it of archived units: what goes into it stays as it is. */
export const factsDigest = (spec: UnitSpec): string =>
  createHash('sha256')
    .update(JSON.stringify(canonical(spec)))
    .digest('base64url')
    .slice(0, 22);

const canonical = (spec: UnitSpec): unknown => [
  spec.title,
  spec.goal,
  // The agent's phases may have changed since; the unit keeps those that it was added with.
  spec.agent ?? spec.steps.map(({ phase, command }) => [phase, command]),
  [...spec.after].sort(),
  [...spec.env].sort(),
  spec.priority,
  spec.paths,
  spec.external,
  [...spec.review].sort(),
  spec.retry && [spec.retry.times, spec.retry.delay, spec.retry.on],
  spec.time_limit,
  spec.worktree,
  spec.base,
  spec.merge,
  spec.budget_usd ?? null,
  spec.mode ?? null,
  spec.model ?? null,
  // Absent rather than null: the digests of units that are archived already know no executor.
  ...(spec.executor === undefined ? [] : [spec.executor]),
];
