/** Finds parts of the documents while one types. Without script there is no field, and the list of documents is there. */
const { root } = document.currentScript.dataset;
const MiniSearch = globalThis.MiniSearch;
const index = MiniSearch.loadJSON(globalThis.searchIndex, {
  fields: ['title', 'page', 'text'],
  storeFields: ['title', 'page'],
});
const MOST = 12;
const field = document.querySelector('#find');
const list = document.querySelector('#found');

function show() {
  const found = index.search(field.value, {
    prefix: true,
    fuzzy: 0.15,
    boost: { title: 3, page: 2 },
    combineWith: 'AND',
  });
  const items = found.slice(0, MOST).map(({ id, title, page }) => {
    const link = document.createElement('a');
    link.href = `${root}/${id}`;
    link.textContent = title === page ? title : `${title} – ${page}`;
    const item = document.createElement('li');
    item.append(link);
    return item;
  });
  if (items.length === 0 && field.value.trim() !== '') {
    const nothing = document.createElement('li');
    nothing.textContent = 'Nothing is found.';
    items.push(nothing);
  }
  list.replaceChildren(...items);
}

document.querySelector('search').hidden = false;
field.addEventListener('input', show);
addEventListener('keydown', (event) => {
  if (event.key === '/' && document.activeElement !== field) {
    event.preventDefault();
    field.focus();
  } else if (event.key === 'Escape' && document.activeElement === field) {
    field.value = '';
    show();
  }
});
