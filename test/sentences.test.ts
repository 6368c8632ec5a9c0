/** No sentence is data: what is kept says what happened in codes and fields, and in words only those that somebody gave us. */
import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { inHistories } from './core/random-commands.ts';
import { sourceTexts } from './source-texts.ts';

const root = rootAbove(import.meta.dirname);
function rootAbove(folder: string): string {
  return existsSync(join(folder, 'package.json')) ? folder : rootAbove(dirname(folder));
}
const readSource = (path: string): string => readFileSync(join(root, path), 'utf8');
/** TypeScript below a folder, relative to the root. */
const sourcesIn = (folder: string): string[] =>
  readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .map((path) => join(folder, path))
    .filter((path) => path.endsWith('.ts'))
    .sort();

/** All that somebody says in the random histories. */
const GIVEN = [
  /^last words$/,
  /^Question \d\?$/,
  /^Which port for \S+\?$/,
  /^reason \d$/,
  /^title \d$/,
  /^do [A-Z]+$/,
  /^no shell$/,
];

function* stringsIn(value: unknown): Iterable<string> {
  if (typeof value === 'string') yield value;
  else if (value !== null && typeof value === 'object')
    for (const each of Object.values(value)) yield* stringsIn(each);
}

test('of a thousand random commands nothing is kept in words but what was said to us', async () => {
  const sentences = new Map<string, string>();
  await inHistories({ runs: 6, length: 1000 }, (house) => {
    const kept = [
      ...house.log(),
      ...[...house.db.state().works].map((work) => ({ type: 'table', data: work })),
    ];
    for (const { type, data } of kept)
      for (const text of stringsIn(data))
        if (/\s/.test(text) && !GIVEN.some((given) => given.test(text))) sentences.set(text, type);
  });
  assert.deepEqual([...sentences], []);
});

/** Where changes are decided and made. */
const DECIDE = ['server/domain', 'server/runs'];
/** Refusals and mistakes of ours are said to a caller, and not kept; what is logged is for nobody who decides. */
const SAID =
  /\b(?:conflict|invalid|notFound|refusal|\w*[lL]og\.(?:error|info)|new (?:\w*Refusal|\w*Error))\(/g;
/** Whose words are said to a caller too, but made elsewhere in the file; or are no words. */
const OTHERWISE: Readonly<Record<string, RegExp>> = {
  'server/domain/commands/answers.ts': /^(This was withdrawn|Already answered by)/,
  'server/domain/commands/units.ts': /^(None is trusted yet|Trusted are |there is no trusted agent)/,
  'server/domain/cycle.ts': /^… /,
  'server/domain/impact.ts': /^unblocks /,
  'server/domain/quiet-hours.ts': /^Two local times and a time zone/,
  'server/domain/unit-name.ts': /^a an and as /,
  'server/runs/conflict-lines.ts': /^… X more lines$/,
  'server/runs/wrapper.ts': /^(\ntrap : |exec 3<&0\n)/,
};

/** A source without its comments, its imports, and what it says to a caller. */
function decidingPart(text: string): string {
  let rest = text
    .replace(/^import[\s\S]*?;$/gm, '')
    .replace(/^[ \t]*\/\*[\s\S]*?\*\//gm, '')
    .replace(/\/\/.*$/gm, '');
  for (let found = SAID.exec(rest); found; found = SAID.exec(rest)) {
    let [at, depth] = [found.index + found[0].length, 1];
    for (; depth > 0 && at < rest.length; at++) depth += rest[at] === '(' ? 1 : rest[at] === ')' ? -1 : 0;
    rest = rest.slice(0, found.index) + rest.slice(at);
    SAID.lastIndex = found.index;
  }
  return rest;
}

const isSentence = (pieces: readonly string[]): boolean =>
  /[A-Za-z]{2,} \S*[A-Za-z]{2,}/.test(pieces.join('X'));

test('where changes are decided there is no sentence but those of refusals', () => {
  const found = DECIDE.flatMap((folder) => sourcesIn(folder)).flatMap((path) =>
    sourceTexts(decidingPart(readSource(path)))
      .filter(({ pieces, tag }) => tag !== 'sql' && isSentence(pieces))
      .filter(({ pieces }) => !OTHERWISE[path]?.test(pieces.join('X')))
      .map(({ pieces }) => `${path}: ${pieces.join('…')}`),
  );
  assert.deepEqual(found, []);
});

/** Words of a code are for a caller who is refused, for an agent, or part of what the operator says in an answer. */
const MAY_WORD = [
  'server/domain/commands/answers.ts',
  'server/domain/commands/comments.ts',
  'server/domain/commands/reports.ts',
  'server/runs/answers-file.ts',
];

test('where changes are decided nobody asks for the words of a code but to say them to somebody', () => {
  const asking = DECIDE.flatMap((folder) => sourcesIn(folder)).filter((path) =>
    /from '[^']*sentences\.ts'/.test(readSource(path)),
  );
  assert.deepEqual(asking, MAY_WORD);
});
