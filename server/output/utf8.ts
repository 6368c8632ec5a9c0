/** Where a stretch of bytes cuts a UTF-8 character (RFC 3629). */

/** How many bytes at the beginning belong to a character that began before. */
export function cutAtStart(bytes: Buffer): number {
  let count = 0;
  while (count < Math.min(3, bytes.length) && isContinuation(bytes[count] ?? 0)) count++;
  return count;
}

/** How many bytes at the end belong to a character that is not all there. */
export function cutAtEnd(bytes: Buffer): number {
  for (let back = 1; back <= Math.min(3, bytes.length); back++) {
    const byte = bytes[bytes.length - back] ?? 0;
    if (byte >= 0xc0) return back < (byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : 2) ? back : 0;
    if (byte < 0x80) return 0;
  }
  return 0;
}

const isContinuation = (byte: number): boolean => byte >= 0x80 && byte < 0xc0;
