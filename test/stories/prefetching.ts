/** In a page elsewhere: everything that loads an address without going there. Ends when all have answered. */
export async function lookAhead(link: string): Promise<void> {
  const added = (name: string, attributes: Record<string, string>) =>
    new Promise<void>((resolve) => {
      const element = document.createElement(name);
      for (const event of ['load', 'error']) element.addEventListener(event, () => resolve());
      for (const [attribute, value] of Object.entries(attributes)) element.setAttribute(attribute, value);
      document.body.append(element);
    });
  const fetched = (mode: RequestMode) =>
    fetch(link, { mode, credentials: 'include' }).then(
      () => {},
      () => {},
    );
  await Promise.all([
    added('iframe', { src: link }),
    added('img', { src: link }),
    added('script', { src: link }),
    added('link', { rel: 'stylesheet', href: link }),
    added('object', { data: link }),
    fetched('no-cors'),
    fetched('cors'),
  ]);
  // Whether a browser looks ahead is its own affair, and it tells nobody.
  const ahead = document.createElement('link');
  ahead.rel = 'prefetch';
  ahead.href = link;
  document.head.append(ahead);
}
