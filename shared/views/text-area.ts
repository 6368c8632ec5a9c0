/** Properties of the text area of an answer. */
export interface TextField {
  readonly id: string;
  readonly name: string;
  readonly rows: number;
  /** 'true' or null. */
  readonly ariaInvalid: string | null;
  readonly readOnly: boolean;
  /** No property: the id of what is said about it; empty: nothing is. */
  readonly describedBy: string;
  readonly placeholder: string;
}

/**
 * Draws a text area. Lit takes no part of a template inside one, and what the operator types there is never touched by
 * a redraw. So the server writes the words in it (server/web/text-area.ts), and in the browser a directive owns the
 * node (client/elements/text-area.ts).
 */
export type TextArea = (field: TextField) => unknown;
