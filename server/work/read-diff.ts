/** Reads what is on one page of a difference. Nothing here writes. */
import type { DiffQuery, DiffView, FileDiff } from '../../shared/diff.ts';
import { withChangedWords } from './changed-words.ts';
import { filesIn, type ListedFile, SUBMODULE, statOf } from './diff-files.ts';
import { pathspecOf } from './file-name.ts';
import { type Git, SAFE_DIFF } from './git.ts';
import type { LineWindow } from './hunks.ts';
import { type PatchSection, readPatch, readSection } from './patch-sections.ts';
import { WorkRefused } from './refused.ts';
import { gitIn, type Repository } from './repository.ts';

export const FILES_A_PAGE = 300;
export const LINES_A_FILE = 400;
export const LINES_A_PAGE = 2000;

export interface DiffInput {
  readonly repository: Repository;
  /** Names of commits, or of trees. */
  readonly from: string;
  readonly to: string;
  readonly query: DiffQuery;
}

/** Throws `WorkRefused` where git cannot read them. A page beyond the last is the last. */
export async function readDiff({ repository, from, to, query }: DiffInput): Promise<DiffView> {
  const git = gitIn(repository);
  const commits = [from, to] as const;
  const all = await changedFiles(git, commits);
  const page =
    query.file === null ? await readPage(git, commits, all, query) : await readFile(git, commits, all, query);
  return { from, to, stat: statOf(all.map(({ lines }) => lines)), ...page };
}

type Page = Pick<DiffView, 'query' | 'pages' | 'files'>;

async function readPage(
  git: Git,
  commits: Commits,
  all: readonly ListedFile[],
  { page: asked }: DiffQuery,
): Promise<Page> {
  const { page, pages } = pageOf(asked, all.length, FILES_A_PAGE);
  const files = all.slice((page - 1) * FILES_A_PAGE, page * FILES_A_PAGE);
  const [sections, sizes] = await Promise.all([
    sectionsOf(git, commits, toRead(files), MOST_BYTES),
    blobSizes(git, files),
  ]);
  let left = LINES_A_PAGE;
  const drawn = files.map((file) => {
    const window = { from: 0, most: Math.min(LINES_A_FILE, left) };
    const each = draw(file, sections.get(file.record), window);
    left -= each.hunks.reduce((sum, { lines }) => sum + lines.length, 0);
    return withFacts(file, each, sizes);
  });
  return { query: { file: null, page }, pages, files: drawn };
}

/** Of a single file, a page of lines at a time. */
async function readFile(
  git: Git,
  commits: Commits,
  all: readonly ListedFile[],
  query: DiffQuery,
): Promise<Page> {
  const found = all.find(({ file }) => file === query.file);
  if (found === undefined) return { query: { file: query.file, page: 1 }, pages: 1, files: [] };
  const [sections, sizes] = await Promise.all([
    sectionsOf(git, commits, toRead([found]), MOST_BYTES_OF_ONE),
    blobSizes(git, [found]),
  ]);
  const section = sections.get(found.record);
  const lines = section === undefined ? 0 : readSection(section, { from: 0, most: 0 }).lines;
  const { page, pages } = pageOf(query.page, lines, LINES_A_PAGE);
  const drawn = draw(found, section, { from: (page - 1) * LINES_A_PAGE, most: LINES_A_PAGE });
  return { query: { file: query.file, page }, pages, files: [withFacts(found, drawn, sizes)] };
}

function pageOf(asked: number, count: number, each: number): { page: number; pages: number } {
  const pages = Math.max(1, Math.ceil(count / each));
  return { page: Math.min(Math.max(1, asked), pages), pages };
}

type Commits = readonly [from: string, to: string];

/** Plumbing, because it does not obey the settings that change how a diff looks. */
const TREES = ['diff-tree', '-r', '--no-abbrev', '-z', '--raw', ...SAFE_DIFF];
const RENAMES = '-M';

async function changedFiles(git: Git, commits: Commits): Promise<ListedFile[]> {
  const args = [...TREES, RENAMES, '--numstat', '--end-of-options', ...commits, '--'];
  return filesIn((await git.succeed(args)).stdout);
}

const changedLines = ({ lines }: ListedFile): number => (lines ? lines.added + lines.deleted : 0);

/** Those of which lines may come into sight. */
function toRead(files: readonly ListedFile[]): ListedFile[] {
  let lines = 0;
  return files.filter((file) => {
    const isRead = lines < LINES_A_PAGE && changedLines(file) > 0 && !isSubmodule(file);
    if (isRead) lines += Math.min(changedLines(file), LINES_A_FILE);
    return isRead;
  });
}

const isSubmodule = ({ old_mode, new_mode }: ListedFile): boolean =>
  (new_mode ?? old_mode) === SUBMODULE && (old_mode ?? new_mode) === SUBMODULE;

/** Of patches in all. */
const MOST_BYTES = 8 * 1024 * 1024;
const MOST_BYTES_OF_ONE = 64 * 1024 * 1024;
const MOST_ROUNDS = 4;

/** Renamed files apart: among the others, git might see other renames than with all files in view. */
async function sectionsOf(
  git: Git,
  commits: Commits,
  files: readonly ListedFile[],
  bytes: number,
): Promise<ReadonlyMap<string, PatchSection>> {
  const renamed = files.filter(({ old_bytes }) => old_bytes !== null);
  const others = files.filter(({ old_bytes }) => old_bytes === null);
  const parts = await Promise.all([
    readAll(git, others, { options: ['--no-renames', ...commits], bytes }),
    readAll(git, renamed, { options: [RENAMES, ...commits], bytes }),
  ]);
  return new Map(parts.flatMap((part) => [...part]));
}

interface Ask {
  /** Whether renames are looked for, then the commits. */
  readonly options: readonly string[];
  readonly bytes: number;
}

/** Where git says more than is wanted it is stopped, and started again for the files after the one it was at. */
async function readAll(
  git: Git,
  files: readonly ListedFile[],
  ask: Ask,
): Promise<ReadonlyMap<string, PatchSection>> {
  const found = new Map<string, PatchSection>();
  let left = files;
  for (let round = 0; left.length > 0 && round < MOST_ROUNDS; round++) {
    const some = fitting(left);
    const { sections, cut } = await readSome(git, some, ask);
    for (const [record, section] of sections) found.set(record, section);
    const seen = new Set(cut ? some.filter(({ record }) => sections.has(record)) : some);
    // Not even the first of them fits.
    if (seen.size === 0) for (const first of some.slice(0, 1)) seen.add(first);
    left = left.filter((file) => !seen.has(file));
  }
  return found;
}

async function readSome(git: Git, files: readonly ListedFile[], { options, bytes }: Ask) {
  const [rename = '', ...commits] = options;
  const paths = files.flatMap((file) => [file.bytes, ...(file.old_bytes ? [file.old_bytes] : [])]);
  const args = [...TREES, '-p', rename, '--end-of-options', ...commits, '--', ...paths.map(pathspecOf)];
  const { code, stdout, stderr, cut } = await git.run(args, { bytes });
  if (code !== 0 && !cut)
    throw new WorkRefused({ code: 'git-failed', command: 'diff-tree', exit: code, words: stderr.trim() });
  return { ...readPatch(stdout, cut), cut };
}

/** What the arguments of a program may hold, with much to spare. */
const MOST_ARGUMENT_BYTES = 100_000;

function fitting(files: readonly ListedFile[]): readonly ListedFile[] {
  let bytes = 0;
  const end = files.findIndex((file, at) => {
    bytes += file.bytes.length + (file.old_bytes?.length ?? 0);
    return at > 0 && bytes > MOST_ARGUMENT_BYTES;
  });
  return end < 0 ? files : files.slice(0, end);
}

type Drawn = Pick<FileDiff, 'hunks' | 'left_out'>;

function draw(file: ListedFile, section: PatchSection | undefined, window: LineWindow): Drawn {
  if (section === undefined || window.most <= 0) return { hunks: [], left_out: changedLines(file) };
  const { hunks, changed } = readSection(section, window);
  return { hunks: withChangedWords(hunks), left_out: Math.max(0, changedLines(file) - changed) };
}

/** By the id of the blob. */
type Sizes = ReadonlyMap<string, number>;

const idsOf = ({ old_id, new_id }: ListedFile): string[] => [old_id, new_id].filter((id) => id !== null);

async function blobSizes(git: Git, files: readonly ListedFile[]): Promise<Sizes> {
  const ids = files.filter(({ lines }) => lines === null).flatMap(idsOf);
  if (ids.length === 0) return new Map();
  const said = await git.text(['cat-file', '--batch-check=%(objectname) %(objectsize)'], {
    stdin: `${ids.join('\n')}\n`,
  });
  const found = said.split('\n').map((line) => line.split(' '));
  return new Map(
    found.map(([id = '', size = '']) => [id, Number(size)] as const).filter(([, size]) => size >= 0),
  );
}

function withFacts(listed: ListedFile, drawn: Drawn, sizes: Sizes): FileDiff {
  const { bytes, old_bytes, old_id, new_id, record, ...file } = listed;
  const sizeOf = (id: string | null) => (id === null ? null : (sizes.get(id) ?? null));
  const isModule = isSubmodule(listed);
  return {
    ...file,
    sizes: file.lines === null ? { old: sizeOf(old_id), new: sizeOf(new_id) } : null,
    commits: isModule ? { old: old_id, new: new_id } : null,
    hunks: drawn.hunks,
    left_out: isModule ? 0 : drawn.left_out,
  };
}
