/** The patch of several files, as `git diff-tree --raw -z -p` gives it, and where each file begins in it. */
import { recordsIn } from './diff-files.ts';
import { type Body, type LineWindow, readHunks } from './hunks.ts';

export interface Patch {
  /** By the record of the file. Where git was stopped, those that it did not come to are missing. */
  readonly sections: ReadonlyMap<string, PatchSection>;
}

export interface PatchSection {
  readonly patch: Buffer;
  /** Where its hunks begin. A change of type has two bodies: all of the old is deleted, all of the new added. */
  readonly bodies: readonly number[];
  /** Git was stopped before its end. */
  readonly cut: boolean;
}

const NOTHING: LineWindow = { from: 0, most: 0 };
const NEXT = Buffer.from('diff --git ');
const AT = 0x40;
const LF = 10;

export function readPatch(output: Buffer, cut: boolean): Patch {
  // A text that was cut ends with half a line.
  const patch = cut ? output.subarray(0, output.lastIndexOf(LF) + 1) : output;
  const sections = new Map<string, PatchSection>();
  const { records, end } = recordsOf(patch, cut);
  // One NUL more ends the list.
  let at = end + 1;
  for (const record of records) {
    const bodies: number[] = [];
    for (let left = isTypeChange(record) ? 2 : 1; left > 0 && beginsSection(patch, at); left--) {
      const hunks = skipHeader(patch, at);
      if (patch[hunks] === AT) bodies.push(hunks);
      at = readHunks(patch, hunks, NOTHING).end;
    }
    const isLast = at >= patch.length;
    if (bodies.length > 0) sections.set(record, { patch, bodies, cut: cut && isLast });
    if (isLast) break;
    if (!beginsSection(patch, at)) throw new Error(`What follows the patch of a file is not another: ${at}`);
  }
  return { sections };
}

/** Where git was stopped within the list, none is known. */
function recordsOf(patch: Buffer, cut: boolean): ReturnType<typeof recordsIn> {
  try {
    return recordsIn(patch);
  } catch (error) {
    if (cut) return { records: [], end: patch.length };
    throw error;
  }
}

const isTypeChange = (record: string): boolean => /^[^\0]* T\0/.test(record);

const beginsSection = (patch: Buffer, at: number): boolean =>
  patch.subarray(at, at + NEXT.length).equals(NEXT);

/** Names in it are quoted, so that none holds a line feed. */
function skipHeader(patch: Buffer, from: number): number {
  let at = patch.indexOf(LF, from) + 1;
  while (at > 0 && at < patch.length && patch[at] !== AT && !beginsSection(patch, at))
    at = patch.indexOf(LF, at) + 1;
  return at > 0 ? at : patch.length;
}

export function readSection({ patch, bodies }: PatchSection, window: LineWindow): Omit<Body, 'end'> {
  const whole = { hunks: [], lines: 0, changed: 0 } as Omit<Body, 'end'>;
  return bodies.reduce((sum, at) => {
    const from = Math.max(0, window.from - sum.lines);
    const most = Math.max(0, window.from + window.most - sum.lines - from);
    const { hunks, lines, changed } = readHunks(patch, at, { from, most });
    return {
      hunks: [...sum.hunks, ...hunks],
      lines: sum.lines + lines,
      changed: sum.changed + changed,
    };
  }, whole);
}
