/** Takes over what the server drew, so that nodes, focus, caret and typed text stay. Our own pages only. */
import { hydrate } from '@lit-labs/ssr-client';
import type { TemplateResult } from 'lit';
import { drawAnew } from './board-element.ts';
import { draftsIn } from './drafts.ts';

/** On a mismatch, typed text is carried over into a fresh render. */
export function takeOver(view: TemplateResult, root: HTMLElement): void {
  try {
    hydrate(view, root);
    giveNodesToEmptyTexts(root);
  } catch (error) {
    console.warn('signalbox: the page is drawn anew', error);
    const drafts = draftsIn(root);
    drawAnew(view, root);
    for (const [id, words] of drafts) {
      const field = root.querySelector<HTMLTextAreaElement>(`#${CSS.escape(id)}`);
      if (field) field.value = words;
    }
  }
}

/**
 * An empty string has no text node in server markup. Lit assumes that there is one, and would write the next
 * text into the comment that ends the part.
 */
function giveNodesToEmptyTexts(root: Element): void {
  const walker = document.createTreeWalker(root, NodeFilter.SHOW_COMMENT);
  const empty: Comment[] = [];
  while (walker.nextNode()) {
    const mark = walker.currentNode as Comment;
    const next = mark.nextSibling;
    if (mark.data === 'lit-part' && next instanceof Comment && next.data === '/lit-part') empty.push(mark);
  }
  for (const mark of empty) mark.after('');
}
