/** Parts that a page may style with `::part()`, by name, with their selectors in our markup. */
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

/** Sets the part names on rendered markup, and makes links open in a new tab. */
export function nameParts(root: ParentNode): void {
  for (const [name, selector] of Object.entries(PARTS))
    for (const element of root.querySelectorAll(selector)) element.part.add(name);
  for (const link of root.querySelectorAll<HTMLAnchorElement>('a:not([target])')) {
    link.target = '_blank';
    link.rel = 'noopener';
  }
}
