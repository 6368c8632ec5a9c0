/**
 * The lines of a stream, one by one, without their ends. A line of more than `most` bytes comes as null, and what
 * is left of it is skipped: the other side must not be able to fill the memory.
 */
export async function* linesOf(input: AsyncIterable<Buffer>, most: number): AsyncGenerator<string | null> {
  let parts: Buffer[] = [];
  let size = 0;
  const take = (part: Buffer) => {
    size += part.length;
    if (size > most) parts = [];
    else parts.push(part);
  };
  const line = () => {
    const whole = size > most ? null : Buffer.concat(parts).toString('utf8');
    parts = [];
    size = 0;
    return whole;
  };
  for await (const chunk of input) {
    let from = 0;
    for (let at = chunk.indexOf(10); at >= 0; at = chunk.indexOf(10, from)) {
      take(chunk.subarray(from, at));
      from = at + 1;
      yield line();
    }
    take(chunk.subarray(from));
  }
  if (size > 0) yield line();
}
