/** What agents of a busy project ask. */

interface Asked {
  readonly prompt: string;
  readonly asked_by?: string;
  readonly context?: readonly { readonly label: string; readonly text: string }[];
  readonly options?: readonly {
    readonly id: string;
    readonly label: string;
    readonly description?: string;
  }[];
  readonly allows_text?: boolean;
  readonly multiple?: boolean;
}

const permission = [
  { id: 'once', label: 'Yes, this once' },
  { id: 'always', label: 'Yes, always', description: 'for this command, in this unit' },
  { id: 'no', label: 'No, and say why' },
];

export const QUESTIONS: readonly [Asked, ...Asked[]] = [
  {
    prompt: 'Which database should the **sessions** live in?',
    context: [
      {
        label: 'What I found',
        text: 'src/session.ts reads 4,100 sessions a second at peak.\nPostgreSQL p99 is 11 ms, Redis 0.9 ms.',
      },
    ],
    options: [
      { id: 'pg', label: 'PostgreSQL', description: 'as everything else; one thing less to run' },
      { id: 'redis', label: 'Redis', description: 'faster, but lost on restart' },
      { id: 'lite', label: 'SQLite beside the service', description: 'no network, one writer' },
    ],
  },
  {
    prompt: 'The invoices table has 14 rows whose currency is NULL. May I set them to EUR?',
    options: [
      { id: 'eur', label: 'Yes, EUR' },
      { id: 'leave', label: 'No, leave them', description: 'the report then skips them' },
      { id: 'list', label: 'Give me a list first' },
    ],
    allows_text: false,
  },
  { prompt: 'May I run `DROP INDEX CONCURRENTLY idx_docs_old`?', options: permission, asked_by: 'codex' },
  { prompt: 'What should the sender name be?' },
  {
    prompt: 'Which of these should the first version support?',
    multiple: true,
    options: [
      { id: 'tables', label: 'Tables' },
      { id: 'images', label: 'Images', description: 'up to 10 MB, scaled on upload' },
      { id: 'comments', label: 'Comments' },
      { id: 'history', label: 'Version history' },
    ],
  },
  {
    prompt:
      'Two designs are possible: operational transformation, or CRDTs. The first is smaller on the wire and needs a server that orders edits; the second merges offline work but grows with every keystroke.\n\nWhat I measured on our own documents:\n\n- OT: 38 bytes an edit, 4 ms to apply\n- CRDT: 212 bytes an edit, 9 ms to apply, **no server needed**\n\n1. If we keep the server, I take OT.\n2. If not, `yjs` is the one that is kept.\n\nSee [the notes](https://example.org/notes) for the figures.',
    options: [
      { id: 'ot', label: 'Operational transformation' },
      { id: 'crdt', label: 'CRDTs' },
    ],
  },
  {
    prompt: 'CSV with commas or semicolons?',
    options: [
      { id: 'c', label: 'Commas' },
      { id: 's', label: 'Semicolons' },
    ],
  },
  { prompt: 'מי רשאי לראות את יומן הביקורת, מנהלים בלבד או גם תמיכה?', asked_by: 'gemini' },
  {
    prompt: 'هل أحذف الجدول القديم orders_2019 بعد نقل البيانات؟',
    options: [
      { id: 'yes', label: 'نعم، احذفه' },
      { id: 'no', label: 'لا، احتفظ به' },
    ],
  },
  {
    prompt: 'Terraform wants to replace 2 volumes. Go on?',
    context: [
      {
        label: 'Plan',
        text: '-/+ aws_ebs_volume.data[0]\n-/+ aws_ebs_volume.data[1]\n  # forces replacement: size 200 -> 500',
      },
    ],
    options: permission,
  },
  { prompt: 'May I install `left-pad`?', options: permission, asked_by: 'codex' },
  { prompt: 'May I install `left-pad`?', options: permission, asked_by: 'codex' },
  { prompt: 'The flaky test `login.spec.ts` fails one time in nine. Skip it, or fix the clock first?' },
];
