/** One row of the table: a request at a door, what becomes of it, and the sentence of the design that says so. */
import type { GateContext, Listener } from '../../server/access/gate.ts';
import { type Cell, OPEN, PLAIN, PROXIED, SHUT, TCP } from './scene.ts';

/** At whose door: TCP; TCP under `--no-auth`; TCP behind a proxy with a public name; the Unix socket; one that looks who calls. */
export type DoorOfRow = 'shut' | 'open' | 'proxied' | 'socket' | 'watched';

export const DOORS: Readonly<
  Record<DoorOfRow, { readonly listener: Listener; readonly known: GateContext }>
> = {
  shut: { listener: TCP, known: SHUT },
  open: { listener: TCP, known: OPEN },
  proxied: { listener: PROXIED, known: SHUT },
  socket: { listener: { kind: 'socket' }, known: SHUT },
  watched: {
    listener: { kind: 'socket' },
    known: { ...SHUT, refuseCaller: (shown) => (shown === 'outside' ? null : `No: ${shown}`) },
  },
};

export interface Row {
  readonly what: string;
  readonly says: string;
  readonly door: DoorOfRow;
  readonly cell: Cell;
  /** Headers that the facts of a cell do not name, in turn. */
  readonly more: readonly string[];
  /** A status, `nobody`, or the role and the door of the caller. */
  readonly expected: string;
  /** What the refusal says, or who the caller is, where that is part of the rule. */
  readonly said: string | null;
}

/** As it is written down: what differs from a GET of the dashboard at its own name, by nobody. */
export interface Written extends Partial<Cell> {
  readonly door?: DoorOfRow;
  readonly more?: readonly string[];
  readonly said?: string;
}

export function rows(
  says: string,
  written: Readonly<Record<string, readonly [string, Written?]>>,
): readonly Row[] {
  return Object.entries(written).map(([what, [expected, differs = {}]]) => {
    const { door = 'shut', more = [], said = null, ...facts } = differs;
    return { what, says, door, cell: { ...PLAIN, ...facts }, more, expected, said };
  });
}
