/** Made-up differences and comments, and how their page is drawn. */
import type { CommentDraft } from '../../server/web/diff-comments.ts';
import { diffPage } from '../../server/web/diff-page.ts';
import { diffView } from '../../server/web/diff-view.ts';
import { markup } from '../../server/web/document.ts';
import type { DiffLine, DiffView, DraftComment, FileDiff, Hunk } from '../../shared/diff.ts';

export const TO = 'b'.repeat(40);
export const PATH = '/work-units/unit/diff';

export const hunk = (lines: readonly DiffLine[], section = ''): Hunk => ({
  old_start: 1,
  old_count: 9,
  new_start: 1,
  new_count: 9,
  section,
  lines,
});
export const context = (line: number, text: string, more: Partial<DiffLine> = {}): DiffLine => ({
  kind: 'context',
  old: line,
  new: line,
  text,
  ...more,
});
export const added = (line: number, text: string, more: Partial<DiffLine> = {}): DiffLine => ({
  ...context(line, text, more),
  kind: 'added',
  old: null,
});
export const deleted = (line: number, text: string): DiffLine => ({
  ...context(line, text),
  kind: 'deleted',
  new: null,
});

export const fileOf = (file: string, more: Partial<FileDiff> = {}): FileDiff => ({
  file,
  path: file,
  old_path: null,
  status: 'modified',
  old_mode: '100644',
  new_mode: '100644',
  lines: { added: 1, deleted: 1 },
  sizes: null,
  commits: null,
  hunks: [hunk([context(1, 'one'), deleted(2, 'two'), added(2, 'TWO')])],
  left_out: 0,
  ...more,
});
export const viewOf = (files: readonly FileDiff[], more: Partial<DiffView> = {}): DiffView => ({
  from: 'a'.repeat(40),
  to: TO,
  stat: { files: files.length, added: 1, deleted: 1 },
  query: { file: null, page: 1 },
  pages: 1,
  files,
  ...more,
});
export const draftOf = (more: Partial<CommentDraft> = {}): CommentDraft => ({
  post: '/comment',
  remove: '/uncomment',
  seen: 'key-1',
  snapshot: TO,
  comments: [],
  open: null,
  problem: null,
  words: '',
  ...more,
});
export const comment = (more: Partial<DraftComment>): DraftComment => ({
  id: 'c1',
  file: 'a.ts',
  side: 'new',
  line: 2,
  words: 'why?',
  snapshot: TO,
  ...more,
});
export const draw = (view: DiffView, draft: CommentDraft | null = null) =>
  markup(diffView(view, { path: PATH, draft }));
/** What a person reads. */
export const textOf = (html: string): string =>
  html
    .replace(/<[^>]*>/g, '')
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&quot;', '"')
    .replaceAll('&#39;', "'")
    .replaceAll('&amp;', '&');
export const page = (view: DiffView, draft: CommentDraft | null, words = '') =>
  diffPage({
    assets: {
      build: '',
      script: '/s.js',
      style: '/s.css',
      embed: Buffer.alloc(0),
      worker: Buffer.alloc(0),
      description: Buffer.alloc(0),
      files: new Map(),
    },
    snapshot: { epoch: '', build: '', seq: 1, rows: [] },
    project: 'shop',
    chunk: 'unit',
    diff: view,
    draft: draft && { ...draft, words },
    now: new Date(),
  });
