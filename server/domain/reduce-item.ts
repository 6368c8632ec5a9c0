import type { Event, ItemAsked } from '../../shared/events.ts';
import type { Item, WorkUnit } from '../../shared/words.ts';

/** An item as it was asked. */
export function newItem(event: Event, data: ItemAsked): Item {
  return {
    ...data,
    ...UNANSWERED,
    version: 1,
    keys: [],
    unit: event.unit,
    asked_at: event.at,
    code: data.code ?? null,
    given_to: null,
    delivered_at: null,
    delivered_to: null,
    withdrawn_at: null,
    withdrawn_why: null,
  };
}

const UNANSWERED = {
  answer: null,
  answered_by: null,
  answered_via: null,
  answered_at: null,
  answer_key: null,
  snoozed_until: null,
  snoozed_for: null,
  release_due: null,
  released_at: null,
} as const;

type AboutItem = Extract<
  Event,
  {
    type:
      | 'item.attached'
      | 'item.snoozed'
      | 'item.woke'
      | 'item.changed'
      | 'item.answered'
      | 'item.reopened'
      | 'item.released'
      | 'item.given'
      | 'item.delivered'
      | 'item.withdrawn';
  }
>;

/** The items of a unit after an event about one of them. */
export function changeItem(work: WorkUnit, event: AboutItem): WorkUnit {
  const items = work.items.map((item) =>
    item.id === event.data.id ? { ...item, ...itemChange(item, event) } : item,
  );
  return { ...work, items };
}

function itemChange(item: Item, event: AboutItem): Partial<Item> {
  switch (event.type) {
    case 'item.attached':
      return { run: event.data.run, keys: [...item.keys, event.data.key] };
    case 'item.changed':
      return { ...event.data, version: item.version + 1 };
    case 'item.snoozed':
      return { snoozed_until: event.data.until, snoozed_for: event.data.for };
    case 'item.woke':
      return { snoozed_until: null, snoozed_for: null };
    case 'item.answered':
      return {
        snoozed_until: null,
        snoozed_for: null,
        answer: event.data.answer,
        answered_by: event.by.actor,
        answered_via: event.by.door,
        answered_at: event.at,
        answer_key: event.data.key,
        release_due: event.data.release_due,
      };
    case 'item.reopened':
      return { ...UNANSWERED, version: item.version + 1 };
    case 'item.released':
      return { released_at: event.at };
    case 'item.given':
      return { given_to: event.data.run };
    case 'item.delivered':
      return { delivered_at: event.at, delivered_to: event.data.run };
    case 'item.withdrawn':
      return { withdrawn_at: event.at, withdrawn_why: event.data.why };
  }
}
