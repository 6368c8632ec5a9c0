/** What a page may style from outside, by `::part()`: the name of each part, and where it is in our markup. */
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

/** Names the parts of what was drawn, and lets links open beside the page. */
export function nameParts(root: ParentNode): void {
  for (const [name, selector] of Object.entries(PARTS))
    for (const element of root.querySelectorAll(selector)) element.part.add(name);
  for (const link of root.querySelectorAll<HTMLAnchorElement>('a:not([target])')) {
    link.target = '_blank';
    link.rel = 'noopener';
  }
}
