/** Names of files are bytes. Here they become text: one exact, for programs, and one for people. */

export interface FileName {
  /** `ChangedFile.file` in `shared/diff.ts` says how it is written. */
  readonly file: string;
  readonly path: string;
}

const NEEDS_CARE = /[%\0-\x1f\x7f]/;

export function nameOf(bytes: Buffer): FileName {
  const path = bytes.toString();
  if (isExact(bytes, path) && !NEEDS_CARE.test(path)) return { file: path, path };
  return { file: escapedName(bytes), path };
}

const isExact = (bytes: Buffer, text: string): boolean =>
  !text.includes('\ufffd') || Buffer.from(text).equals(bytes);

function escapedName(bytes: Buffer): string {
  let name = '';
  for (let at = 0; at < bytes.length; ) {
    const length = characterLength(bytes, at);
    const text = bytes.toString('utf8', at, at + length);
    if (NEEDS_CARE.test(text) || !isExact(bytes.subarray(at, at + length), text)) {
      name += `%${(bytes[at] ?? 0).toString(16).toUpperCase().padStart(2, '0')}`;
      at++;
    } else {
      name += text;
      at += length;
    }
  }
  return name;
}

/** How many bytes a character of UTF-8 has, by its first one. */
function characterLength(bytes: Buffer, at: number): number {
  const first = bytes[at] ?? 0;
  if (first >= 0xf0) return 4;
  if (first >= 0xe0) return 3;
  return first >= 0xc0 ? 2 : 1;
}

/**
 * The argument that makes git look at this path. Arguments of a program are text here, so a name that is not UTF-8
 * becomes a pattern, which may match other files, too: compare what git answers with the name.
 */
export function pathspecOf(bytes: Buffer): string {
  const path = bytes.toString();
  if (isExact(bytes, path)) return `:(top,literal)${path}`;
  return `:(top,glob)${path.replace(/[\\*?[]/g, '\\$&').replace(/\ufffd/g, '*')}`;
}
