/** What a page of the tests keeps of our elements' events, and whether it lets an answer go. */
export interface Told {
  readonly events: { readonly type: string; readonly detail: unknown; readonly leaves: boolean }[];
  keep: boolean;
}

export const told: Told = { events: [], keep: true };
Object.assign(window, { told });

export const token = document.body.dataset.token ?? '';

/** `leaves`: it bubbles, and out of shadow roots. */
export function hear(event: Event): void {
  const { type, detail, bubbles, composed } = event as CustomEvent;
  told.events.push({ type, detail, leaves: bubbles && composed });
  if (type === 'before-answer' && told.keep) event.preventDefault();
}
