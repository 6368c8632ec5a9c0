/**
 * Names the parts of an embedded element that a page may style with `::part()`, each with its selector in our markup. Two
 * more, `frame` and `state`, stand in the markup of `element-surroundings.ts`.
 */
const PARTS: Readonly<Record<string, string>> = {
  heading: 'h2',
  count: '.count',
  card: '.card',
  kind: '.kind',
  prompt: '.prompt',
  options: '.options, .choices',
  option: '.options > li, .choices > button',
  cells: '.cells',
  cell: '.cell',
  status: '.mark, .headline > strong',
  empty: '.empty',
  link: 'a',
};

/** Sets the part names on rendered markup. */
export function nameParts(root: ParentNode): void {
  for (const [name, selector] of Object.entries(PARTS))
    for (const element of root.querySelectorAll(selector)) element.part.add(name);
}

/** Makes the links of rendered markup open in a new tab: an embedded element is within another site. */
export function openInNewTab(root: ParentNode): void {
  for (const link of root.querySelectorAll<HTMLAnchorElement>('a:not([target])')) {
    link.target = '_blank';
    link.rel = 'noopener';
  }
}
