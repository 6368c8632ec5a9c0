/** How custom-elements.json is made of the elements of the package: `npm run elements`. What all of them have stands here. */

const EVERY = {
  attributes: [
    {
      name: 'server',
      type: { text: 'string' },
      description: 'Where the daemon is: `http://127.0.0.1:7845`.',
    },
    { name: 'token', type: { text: 'string' }, description: 'The token, unless `getToken` fetches it.' },
  ],
  members: [
    {
      kind: 'field',
      name: 'getToken',
      type: { text: '(() => Promise<string>) | undefined' },
      description: 'Fetches the token, at every try to connect.',
    },
  ],
  events: [
    {
      name: 'connection-change',
      type: { text: 'CustomEvent<{state: string}>' },
      description: 'Its connection is in another state.',
    },
    {
      name: 'attention-change',
      type: { text: 'CustomEvent<{items: number}>' },
      description: 'Another number of items needs the operator.',
    },
  ],
  cssParts: [
    ['frame', 'All that it shows.'],
    ['state', 'The line about its connection.'],
    ['heading', 'Its heading, or that of a group.'],
    ['count', 'A number beside a heading.'],
    ['status', 'The mark of a status.'],
    ['empty', 'What it says where there is nothing.'],
    ['link', 'A link.'],
  ],
  cssStates: [
    ['connecting', 'The daemon has not answered yet.'],
    ['live', 'The daemon was heard within the last five seconds.'],
    ['newer', 'Live, and the daemon was updated under the page.'],
    ['stale', 'The connection is lost; what is shown was true then.'],
    ['unreached', 'The daemon was never reached, or does not list this page.'],
    ['signed-out', 'The token is not known, or no more.'],
    ['over-limit', 'The page follows more than one connection may, and this element is one too many.'],
  ],
  cssProperties: [
    ['--signalbox-size', 'The size of text; everything grows with it.'],
    ['--signalbox-font', 'The typeface.'],
    ['--signalbox-mono', 'The typeface of output.'],
    ['--signalbox-accent', 'What wants attention.'],
    ['--signalbox-accent-ink', 'Text on that.'],
    ['--signalbox-ink', 'Text.'],
    ['--signalbox-soft', 'Text beside it.'],
    ['--signalbox-panel', 'The ground of cards and cells.'],
    ['--signalbox-ground', 'The ground of fields and output.'],
    ['--signalbox-line', 'Borders.'],
    ['--signalbox-wash', 'The ground of notices.'],
    ['--signalbox-run', 'The mark of what runs.'],
    ['--signalbox-ready', 'The mark of what is ready.'],
    ['--signalbox-done', 'The mark of what is done.'],
    ['--signalbox-wrong', 'What went wrong.'],
    ['--signalbox-space', 'Between cards.'],
    ['--signalbox-radius', 'Their corners.'],
  ],
};

const described = (pairs) => pairs.map(([name, description]) => ({ name, description }));

/** The elements, each with what all have, at the addresses under which the package exports them. */
const ofThePackage = {
  name: 'of-the-package',
  packageLinkPhase({ customElementsManifest: manifest }) {
    // Of states, earlier ones know nothing.
    manifest.schemaVersion = '2.1.0';
    manifest.modules = manifest.modules.filter(
      ({ exports }) =>
        exports?.some(({ kind }) => kind === 'custom-element-definition') || exports?.length > 1,
    );
    const built = (path) =>
      path.replace('client/package/', 'dist/lib/').replace(/^\//, '').replace(/\.ts$/, '.js');
    for (const module of manifest.modules) {
      module.path = built(module.path);
      module.declarations = (module.declarations ?? []).filter(({ customElement }) => customElement);
      const names = module.declarations.map(({ name }) => name);
      module.exports = module.exports.filter(
        ({ kind, declaration }) => kind !== 'js' || names.includes(declaration.name),
      );
      for (const each of module.exports)
        if (each.declaration.module) each.declaration.module = built(each.declaration.module);
      for (const element of module.declarations) {
        // A base that is nowhere described.
        delete element.superclass;
        element.attributes = [...EVERY.attributes, ...(element.attributes ?? [])];
        element.members = [...EVERY.members, ...(element.members ?? [])];
        element.events = [...EVERY.events, ...(element.events ?? [])];
        element.cssParts = [...described(EVERY.cssParts), ...(element.cssParts ?? [])];
        element.cssStates = described(EVERY.cssStates);
        element.cssProperties = described(EVERY.cssProperties);
      }
    }
  },
};

export default {
  globs: ['client/package/*.ts'],
  exclude: [
    'client/package/client.ts',
    'client/package/html-element.ts',
    'client/package/signalbox-element.ts',
  ],
  outdir: '.',
  packagejson: false,
  plugins: [ofThePackage],
};
