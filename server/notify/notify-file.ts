/** `notify` in the operator's own file: where notices go, and of what. No file of a project and no procedure sets these. */
import { statSync } from 'node:fs';
import { z } from 'zod';
import { ITEM_KINDS } from '../../shared/item-words.ts';
import type { NotifyChannel, NotifyPolicy } from '../../shared/notify-words.ts';
import { policyFields } from '../api/notify-fields.ts';
import { readConfig } from '../system/config-file.ts';
import { Problem } from '../system/problem.ts';
import { refuseOthers } from '../system/state-folder.ts';

export interface Webhook {
  readonly url: string;
  /** ntfy: the text as the body and the rest in headers, as ntfy takes it; json: all of it as an object. */
  readonly format: 'ntfy' | 'json';
  readonly token: string | null;
  /** Whether the words of the agents are sent, or only who asks. */
  readonly prompts: boolean;
}

/** What the file says of notices; all of it for every channel. */
export interface NotifyFile {
  readonly webhook: Webhook | null;
  readonly command: readonly string[] | null;
  readonly policy: Partial<NotifyPolicy>;
}

export const DEFAULT_POLICY: NotifyPolicy = {
  on: true,
  kinds: ITEM_KINDS,
  min_impact: 0,
  quiet: null,
  away_seconds: 60,
  gather_seconds: 5,
  sound: false,
};

const ADDRESS = 'An address that begins with https:// or http://, without a name or password in it.';
const webhook = z.strictObject({
  url: z.string(ADDRESS).max(2000).refine(isAddress, ADDRESS),
  format: z.enum(['ntfy', 'json'], 'ntfy or json.').default('ntfy'),
  token: z
    .string()
    .regex(/^[\x21-\x7e]{1,1000}$/, 'Printable ASCII without spaces.')
    .nullable()
    .default(null),
  prompts: z.boolean('true or false.').default(true),
});
const argument = z
  .string('A text.')
  .max(10_000)
  .refine((text) => !text.includes('\0'), 'No NUL.');
const ARGV = 'A program and its arguments, as in ["notify-send", "Signalbox"]. There is no shell.';
const shape = z.strictObject({
  webhook: webhook.optional(),
  command: z
    .array(argument, ARGV)
    .min(1, ARGV)
    .max(100, ARGV)
    .refine(([program]) => program !== '', ARGV)
    .optional(),
  policy: z.strictObject(policyFields).optional(),
});

function isAddress(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, username, password } = new URL(text);
  return ['https:', 'http:'].includes(protocol) && username === '' && password === '';
}

const NOTHING: NotifyFile = { webhook: null, command: null, policy: {} };

/**
 * Reads what the file says of notices. Throws a `Problem` that names file, field and rule, or that others may read or
 * write the file: it names a program that is started, and addresses that are passwords.
 */
export function readNotifyFile(path: string): NotifyFile {
  const said = (readConfig(path) as { notify?: unknown }).notify;
  if (said === undefined) return NOTHING;
  refuseOthers(path, 0o600);
  const { success, data, error } = shape.safeParse(said);
  if (!success) throw new Problem('data', `${path}: ${sentenceOf(error)}`);
  const { webhook, command, policy = {} } = data;
  return { webhook: webhook ?? null, command: command ?? null, policy: policy as Partial<NotifyPolicy> };
}

function sentenceOf({ issues }: z.ZodError): string {
  const [issue] = issues;
  const field = ['notify', ...(issue?.path ?? [])].join('.');
  if (issue?.code === 'unrecognized_keys') return `${field} knows no "${issue.keys.join('", "')}".`;
  return `${field}: ${issue?.message ?? 'is not understood'}`;
}

/** The file as it is now, read again when it changes. What cannot be taken is said once, and what was before counts. */
export class NotifySettings {
  readonly path: string;
  readonly #complain: (problem: Problem) => void;
  #file = NOTHING;
  #stamp: string | null = null;
  /** Why what the file says now does not count; null: it does. */
  problem: string | null = null;

  constructor(path: string, complain: (problem: Problem) => void) {
    this.path = path;
    this.#complain = complain;
  }

  get file(): NotifyFile {
    const stamp = stampOf(this.path);
    if (stamp === this.#stamp) return this.#file;
    this.#stamp = stamp;
    try {
      this.#file = readNotifyFile(this.path);
      this.problem = null;
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      this.problem = error.message;
      this.#complain(error);
    }
    return this.#file;
  }

  /** Where a channel leads, with nothing secret in it: the path of an address may be a password. Null: nowhere. */
  targetOf(channel: NotifyChannel): string | null {
    const { webhook, command } = this.file;
    if (channel === 'desktop') return 'open pages of this project';
    if (channel === 'command') return command?.[0] ?? null;
    return webhook && `${new URL(webhook.url).origin}/…`;
  }
}

function stampOf(path: string): string {
  const found = statSync(path, { throwIfNoEntry: false });
  return found ? `${found.ino} ${found.mtimeMs} ${found.size} ${found.mode} ${found.uid}` : '';
}
