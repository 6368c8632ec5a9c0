/** Renders text from outside with its invisible characters written out. */
import { html } from '@lit-labs/ssr';
import type { TemplateResult } from 'lit';

/**
 * What would not be seen, or would turn the order of letters around, so that what is read is not what is there:
 * controls but the tab, the marks of right-to-left writing, and characters without width.
 */
const UNSEEN =
  /[\0-\x08\x0a-\x1f\x7f-\x9f\u00ad\u061c\u200b\u200e\u200f\u2028-\u202e\u2060\u2066-\u2069\ufeff]/;
const EACH_UNSEEN = new RegExp(`(${UNSEEN.source})`);

const ALL_UNSEEN = new RegExp(UNSEEN.source, 'g');

export type Text = string | readonly (string | TemplateResult)[];

/** Text from outside, with such characters written out. */
export function visibleText(text: string): Text {
  if (!UNSEEN.test(text)) return text;
  const parts = text.split(EACH_UNSEEN);
  if (parts.length > MOST_PARTS) return text.replace(ALL_UNSEEN, pictureOf);
  return parts.filter((part) => part !== '').map((part) => (UNSEEN.test(part) ? control(part) : part));
}

/** A page of nothing but controls would be slow and long: there, each is one character. */
const MOST_PARTS = 40;

/** The same where no markup may stand. */
export const visiblePlain = (text: string): string =>
  UNSEEN.test(text)
    ? text
        .split(EACH_UNSEEN)
        .map((part) => (UNSEEN.test(part) ? `<${nameOf(part)}>` : part))
        .join('')
    : text;

const control = (character: string): TemplateResult =>
  html`<span class="control" title=${codePoint(character)}>${nameOf(character)}</span>`;

/** As ASCII names them: few fonts have pictures of controls. */
const NAMES =
  'NUL SOH STX ETX EOT ENQ ACK BEL BS TAB LF VT FF CR SO SI DLE DC1 DC2 DC3 DC4 NAK SYN ETB CAN EM SUB ESC FS GS RS US'.split(
    ' ',
  );

const nameOf = (character: string): string =>
  character === '\x7f' ? 'DEL' : (NAMES[character.charCodeAt(0)] ?? codePoint(character));

function pictureOf(character: string): string {
  const code = character.charCodeAt(0);
  return code < 0x20 ? String.fromCharCode(0x2400 + code) : '\u2426';
}

const codePoint = (character: string): string =>
  `U+${character.charCodeAt(0).toString(16).toUpperCase().padStart(4, '0')}`;
