/** Title and icon of the tab, with the number of open items. */

/** "(3) Signalbox", or "(3) auth – Signalbox" on the page of a unit. */
export function titleFor(items: number, name: string): string {
  const where = name === '' ? 'Signalbox' : `${name} – Signalbox`;
  return items > 0 ? `(${items}) ${where}` : where;
}

/** A signal: dark when nothing is open, else lit. */
export function faviconUrl(items: number): string {
  const lamp = items > 0 ? '#d9480f' : '#868e96';
  const count =
    items > 0
      ? `<text x="16" y="22" font-family="sans-serif" font-size="17" font-weight="700" text-anchor="middle" fill="#fff">${Math.min(items, 99)}</text>`
      : '';
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><circle cx="16" cy="16" r="15" fill="${lamp}"/>${count}</svg>`;
  return `data:image/svg+xml,${encodeURIComponent(svg)}`;
}
