/** Sends a message to the operator's address: one POST, no redirect followed, what comes back is not read. */
import { request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import { under } from '../../shared/base-path.ts';
import type { Receipt } from '../../shared/notify-words.ts';
import type { OutgoingMessage } from './message.ts';
import type { Webhook } from './notify-file.ts';

const TIMEOUT_MS = 10_000;

/** `origin`: where people open the page. Rejects only when `signal` fires. */
export function post(
  webhook: Webhook,
  message: OutgoingMessage,
  origin: string,
  signal: AbortSignal,
  timeout = TIMEOUT_MS,
): Promise<Receipt> {
  const { headers, body } = (webhook.format === 'ntfy' ? ntfy : json)(
    message,
    new URL(under(message.path), origin).href,
  );
  const late = AbortSignal.timeout(timeout);
  return new Promise((resolve, reject) => {
    const send = webhook.url.startsWith('https:') ? requestHttps : requestHttp;
    const call = send(webhook.url, {
      method: 'POST',
      // A connection that stays open would keep what the receiver still sends.
      agent: false,
      signal: AbortSignal.any([signal, late]),
      headers: {
        ...headers,
        ...(webhook.token !== null && { authorization: `Bearer ${webhook.token}` }),
        'content-length': body.length,
        // A repetition after a restart is known by it.
        'idempotency-key': message.id,
        'user-agent': 'signalbox',
      },
    });
    call.on('response', (answer) => {
      resolve(receiptOf(answer.statusCode ?? 0));
      answer.on('error', () => {});
      answer.destroy();
    });
    call.on('error', (error: NodeJS.ErrnoException) => {
      if (signal.aborted) reject(signal.reason);
      else if (late.aborted) resolve({ code: 'timed-out', seconds: timeout / 1000 });
      else resolve({ code: 'unreachable', error: error.code ?? 'ERROR' });
    });
    call.end(body);
  });
}

function receiptOf(status: number): Receipt {
  if (status >= 200 && status < 300) return { code: 'accepted', status };
  return { code: status >= 300 && status < 400 ? 'redirected' : 'refused', status };
}

/** Without sound: what ntfy calls low. */
const priorityOf = ({ sound, items }: OutgoingMessage): number => {
  if (!sound) return 2;
  return items.some(({ frees, kind }) => frees > 0 || kind === 'stuck') ? 4 : 3;
};

interface Written {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

function ntfy(message: OutgoingMessage, click: string): Written {
  return {
    headers: {
      'content-type': 'text/plain; charset=utf-8',
      title: headerText(message.title),
      priority: String(priorityOf(message)),
      tags: ['signalbox', ...message.kinds].join(','),
      click,
    },
    body: Buffer.from(message.text),
  };
}

function json(message: OutgoingMessage, click: string): Written {
  const { id, title, text, kinds, items } = message;
  const said = {
    id,
    title,
    message: text,
    priority: priorityOf(message),
    tags: ['signalbox', ...kinds],
    click,
    items,
  };
  return { headers: { 'content-type': 'application/json' }, body: Buffer.from(JSON.stringify(said)) };
}

const ASCII = /^[\x20-\x7e]*$/;
const WORD_BYTES = 45;

/** A header holds ASCII; the rest is written as encoded words (RFC 2047), which ntfy reads. */
export function headerText(text: string): string {
  if (ASCII.test(text) && !text.includes('=?')) return text;
  const words: string[] = [];
  let word = '';
  for (const character of text) {
    if (Buffer.byteLength(word + character) > WORD_BYTES) {
      words.push(word);
      word = '';
    }
    word += character;
  }
  return [...words, word].map((each) => `=?UTF-8?B?${Buffer.from(each).toString('base64')}?=`).join(' ');
}
