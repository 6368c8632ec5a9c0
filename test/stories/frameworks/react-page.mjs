/** React 19 hands functions and objects to properties of an element, and listens to any event by `on` and its name. */
import { createElement, useState } from 'react';
import { createRoot } from 'react-dom/client';
import { hear, token } from './told.ts';

const getToken = async () => token;

function Page() {
  const [items, setItems] = useState(null);
  const count = (event) => {
    hear(event);
    setItems(event.detail.items);
  };
  const queue = createElement('attention-queue', {
    getToken,
    query: 'kind=decision',
    'onbefore-answer': hear,
    'onconnection-change': hear,
    'onattention-change': count,
  });
  return createElement(
    'main',
    null,
    queue,
    createElement('attention-badge', { token }),
    createElement('output', null, items),
  );
}

const root = document.createElement('div');
document.body.append(root);
createRoot(root).render(createElement(Page));
