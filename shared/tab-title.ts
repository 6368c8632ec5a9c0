/** Title and icon of the tab, with the number of open items. */

/** "shop — (3) Signalbox", or "shop — (3) auth – Signalbox" on the page of a unit. */
export function titleFor(project: string, items: number, name: string): string {
  const where = name === '' ? 'Signalbox' : `${name} – Signalbox`;
  const counted = items > 0 ? `(${items}) ${where}` : where;
  return project === '' ? counted : `${project} — ${counted}`;
}

/** The same colour for the same name; light enough to be told apart, dark enough for white text. */
function hueOf(name: string): number {
  let hash = 0;
  for (const letter of name) hash = (hash * 31 + (letter.codePointAt(0) ?? 0)) % 360;
  return hash;
}

/** A mark made from the project's name: its colour and first letter, or the number of open items in a corner of it. */
export function faviconUrl(project: string, items: number): string {
  const letter = [...project].find((each) => /[\p{L}\p{N}]/u.test(each))?.toUpperCase() ?? 'S';
  const text = (x: number, y: number, size: number, words: string) =>
    `<text x="${x}" y="${y}" font-family="sans-serif" font-size="${size}" font-weight="700" text-anchor="middle" fill="#fff">${words}</text>`;
  const mark = items > 0 ? text(10, 14, 14, letter) : text(16, 23, 20, letter);
  const lamp =
    items > 0
      ? `<rect x="9" y="12" width="23" height="20" rx="6" fill="#b8420a"/>${text(20.5, 27.5, items > 9 ? 14 : 16, String(Math.min(items, 99)))}`
      : '';
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><rect width="32" height="32" rx="7" fill="hsl(${hueOf(project)} 45% 36%)"/>${mark}${lamp}</svg>`;
  return `data:image/svg+xml,${encodeURIComponent(svg)}`;
}
