import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { readDiff } from '../../server/work/read-diff.ts';
import { findRepository } from '../../server/work/repository.ts';
import type { FileDiff } from '../../shared/diff.ts';
import { Scene } from './scene.ts';

const FILES = 150;
const LINES = [
  '',
  'a',
  'b',
  ' a',
  '+',
  '-',
  '--- a',
  '+++ b',
  '\\',
  '\\ No newline at end of file',
  '@@ -1 +1 @@',
  '@@',
  'diff --git a/x b/x',
  'x\r',
  '\t',
  '\u20ac',
];
const content = fc
  .tuple(fc.array(fc.constantFrom(...LINES), { maxLength: 30 }), fc.boolean())
  .map(([lines, ends]) => lines.join('\n') + (ends && lines.length > 0 ? '\n' : ''));

/** With the lines that the difference shows, and those of the old file between them. */
function patched(old: string, { hunks }: FileDiff): string {
  const lines = old.split(/(?<=\n)/);
  const parts: string[] = [];
  let at = 0;
  for (const hunk of hunks) {
    const from = hunk.old_count === 0 ? hunk.old_start : hunk.old_start - 1;
    parts.push(...lines.slice(at, from));
    at = from + hunk.old_count;
    for (const { kind, text, unended } of hunk.lines)
      if (kind !== 'deleted') parts.push(unended ? text : `${text}\n`);
  }
  return [...parts, ...lines.slice(at)].join('');
}

/** Where lines stand, and what the old side of them was. */
function assertNumbered(old: string, now: string, { hunks }: FileDiff): void {
  const [olds, news] = [old.split('\n'), now.split('\n')];
  for (const line of hunks.flatMap(({ lines }) => lines)) {
    if (line.old !== null) assert.equal(olds[line.old - 1], line.text);
    if (line.new !== null) assert.equal(news[line.new - 1], line.text);
  }
}

test('what is read turns the old files into the new ones, whatever stands in them', async (t) => {
  const seed = process.env.SIGNALBOX_SEED === 'new' ? Date.now() : 20_261_127;
  t.diagnostic(`seed ${seed}`);
  const pairs = fc.sample(fc.tuple(content, content), { numRuns: FILES, seed });
  const named = (side: 0 | 1) => Object.fromEntries(pairs.map((pair, at) => [`f${at}`, pair[side]]));
  const scene = Scene.begun(t, named(0));
  const from = scene.git('rev-parse', 'HEAD');
  scene.write(named(1));
  const to = scene.commit('second');
  const repository = await findRepository(scene.project);
  const { files } = await readDiff({ repository, from, to, query: { file: null, page: 1 } });
  const drawn = files.filter(({ left_out }) => left_out === 0);
  assert.ok(drawn.length > FILES / 3, `only ${drawn.length} files were drawn`);
  for (const file of drawn) {
    const [old, now] = pairs[Number(file.path.slice(1))]!;
    assert.equal(patched(old, file), now);
    assertNumbered(old, now, file);
  }
});
