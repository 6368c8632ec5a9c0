/** Title and icon of the tab, with the number of open items. */

/** The project's name is that of its folder. */
export const projectName = (folder: string): string => folder.slice(folder.lastIndexOf('/') + 1);

/** "shop — (3) Signalbox", or "shop — (3) auth – Signalbox" on a page about something; `project`: its folder. */
export function titleFor(project: string, items: number, name: string): string {
  const where = name === '' ? 'Signalbox' : `${name} – Signalbox`;
  return `${projectName(project)} — ${items > 0 ? `(${items}) ${where}` : where}`;
}

/** The icon as an address that needs no request: the project's mark, and how many items are open. */
export const faviconUrl = (project: string, items: number): string =>
  `data:image/svg+xml,${encodeURIComponent(iconSvg(projectName(project), items))}`;

const MOST_COUNTED = 99;
const SIDE = 32;

/** The project's mark: the first letter of its name, on a colour made from the name. */
export function iconSvg(project: string, items: number, corner = 7): string {
  // Only a letter or a digit, so that a name cannot be markup.
  const letter = /[\p{L}\p{N}]/u.exec(project)?.[0].toUpperCase() ?? 'S';
  const hue = [...project].reduce((sum, char) => (sum * 31 + (char.codePointAt(0) ?? 0)) % 360, 210);
  const count = Math.min(items, MOST_COUNTED);
  const mark = items > 0 ? text(11, 18, 17, letter) + badge(count) : text(SIDE / 2, 23, 20, letter);
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${SIDE} ${SIDE}"><rect width="${SIDE}" height="${SIDE}" rx="${corner}" fill="hsl(${hue} 40% 32%)"/>${mark}</svg>`;
}

const text = (x: number, y: number, size: number, said: string | number): string =>
  `<text x="${x}" y="${y}" font-family="sans-serif" font-size="${size}" font-weight="700" text-anchor="middle" fill="#fff">${said}</text>`;

const badge = (count: number): string =>
  `<circle cx="21" cy="21" r="11" fill="#d9480f"/>${text(21, 27, count > 9 ? 14 : 17, count)}`;
