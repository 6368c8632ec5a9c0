/**
 * A text message as a server sends it over a WebSocket: one frame, unmasked and whole, as RFC 6455, 5.2 says. Made once, it
 * can be written to any number of sockets, which costs each of them nothing but the system call.
 */
export function textFrame(text: string): Buffer {
  const body = Buffer.from(text);
  const { length } = body;
  if (length < 126) return Buffer.concat([Buffer.from([WHOLE_TEXT, length]), body]);
  const head = Buffer.alloc(length < 65_536 ? 4 : 10);
  head[0] = WHOLE_TEXT;
  if (length < 65_536) {
    head[1] = 126;
    head.writeUInt16BE(length, 2);
  } else {
    head[1] = 127;
    head.writeBigUInt64BE(BigInt(length), 2);
  }
  return Buffer.concat([head, body]);
}

/** The bit that says that no other frame follows, and the code of text. */
const WHOLE_TEXT = 0x81;
