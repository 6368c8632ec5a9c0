/** Reads back what `asText` prints. */

/** By title, row and column: each cell that is a number. */
export type Printed = ReadonlyMap<string, number>;

/** Tables stand apart by a title and an empty line; their cells by two spaces or more. */
export function readPrinted(text: string): Printed {
  const values = new Map<string, number>();
  const blocks = text.split('\n\n');
  blocks.forEach((block, at) => {
    const [head, units, ...rows] = block.split('\n');
    if (!head || !units || rows.length === 0) return;
    // A first column without a name is all padding, and would be trimmed away.
    const names = head.startsWith(' ') ? ['', ...cellsOf(head)] : cellsOf(head);
    for (const row of rows.map(cellsOf)) {
      if (row.length !== names.length) continue;
      row.forEach((cell, column) => {
        if (column > 0 && isNumber(cell))
          values.set(`${titleOf(blocks[at - 1])}: ${row[0]}, ${names[column]}`, Number(cell));
      });
    }
  });
  return values;
}

const cellsOf = (line: string): string[] => line.trim().split(/ {2,}/);
const isNumber = (cell: string): boolean => /^-?\d+(\.\d+)?$/.test(cell);
const titleOf = (block = ''): string => block.split('\n').at(-1) ?? '';
