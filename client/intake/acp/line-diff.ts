const AROUND = 3;

/**
 * What changes between two texts, as lines with their signs: what is the same at both ends is left out, save three
 * lines. Agents send whole files, and nothing in between is hidden, even where it is the same.
 */
export function lineDiff(before: string, after: string): string {
  const [old, now] = [linesIn(before), linesIn(after)];
  const most = Math.min(old.length, now.length);
  let head = 0;
  while (head < most && old[head] === now[head]) head++;
  let tail = 0;
  while (tail < most - head && old.at(-1 - tail) === now.at(-1 - tail)) tail++;
  const from = Math.max(0, head - AROUND);
  return [
    ...(from > 0 ? [`@@ line ${from + 1} @@`] : []),
    ...old.slice(from, head).map((line) => ` ${line}`),
    ...old.slice(head, old.length - tail).map((line) => `-${line}`),
    ...now.slice(head, now.length - tail).map((line) => `+${line}`),
    ...old
      .slice(old.length - tail)
      .slice(0, AROUND)
      .map((line) => ` ${line}`),
  ].join('\n');
}

const linesIn = (text: string): string[] => (text === '' ? [] : text.replace(/\n$/, '').split('\n'));
