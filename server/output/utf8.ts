/** Finds UTF-8 characters (RFC 3629) that the edges of a byte range cut. */

/** Bytes at the start that belong to a character that began before. */
export function cutAtStart(bytes: Buffer): number {
  let count = 0;
  while (count < Math.min(3, bytes.length) && isContinuation(bytes[count] ?? 0)) count++;
  return count;
}

/** Bytes at the end that belong to an incomplete character. */
export function cutAtEnd(bytes: Buffer): number {
  for (let back = 1; back <= Math.min(3, bytes.length); back++) {
    const byte = bytes[bytes.length - back] ?? 0;
    if (byte >= 0xc0) return back < (byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : 2) ? back : 0;
    if (byte < 0x80) return 0;
  }
  return 0;
}

const isContinuation = (byte: number): boolean => byte >= 0x80 && byte < 0xc0;
