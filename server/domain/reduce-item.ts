import type { Event, ItemAsked } from '../../shared/events.ts';
import type { GivenAnswer, Item, ItemFacts } from '../../shared/item-words.ts';
import type { WorkUnit } from '../../shared/words.ts';

/** An item as it was asked. */
export function newItem(event: Event, data: ItemAsked): Item {
  return {
    ...data,
    version: 1,
    keys: [],
    unit: event.unit,
    asked_at: event.at,
    snooze: null,
    answer: null,
    delivery: null,
    withdrawal: null,
  };
}

type AboutItem = Extract<
  Event,
  {
    type:
      | 'item.attached'
      | 'item.snoozed'
      | 'item.woke'
      | 'item.changed'
      | 'item.awaited'
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
  const items = work.items.map((item) => (item.id === event.data.id ? changed(item, event) : item));
  return { ...work, items };
}

function changed(item: Item, event: AboutItem): Item {
  if (event.type !== 'item.changed') return { ...item, ...itemChange(item, event) };
  // Other words take the rule with them that the old ones offered.
  const { offers: _, ...kept } = item;
  return { ...kept, ...event.data, version: item.version + 1 } as Item;
}

function itemChange(item: Item, event: Exclude<AboutItem, { type: 'item.changed' }>): Partial<ItemFacts> {
  switch (event.type) {
    case 'item.attached':
      return { run: event.data.run, keys: [...item.keys, event.data.key] };
    case 'item.snoozed':
      // When it wakes, the operator is told again.
      return {
        snooze: { until: event.data.until, for: event.data.for },
        ...(item.told && { told: [] }),
      };
    case 'item.woke':
      return { snooze: null };
    case 'item.awaited':
      return { asker_waits: event.data.asker_waits };
    case 'item.answered':
      return { snooze: null, answer: givenAnswer(event) };
    case 'item.reopened':
      return { snooze: null, answer: null, version: item.version + 1 };
    case 'item.released':
      return { answer: item.answer && { ...item.answer, released_at: event.at } };
    case 'item.given':
      return { answer: item.answer && { ...item.answer, given_to: event.data.run } };
    case 'item.delivered':
      return { delivery: { at: event.at, to: event.data.run } };
    case 'item.withdrawn':
      return { withdrawal: { at: event.at, code: event.data.code, text: event.data.text } };
  }
}

function givenAnswer({ at, by, data }: Extract<AboutItem, { type: 'item.answered' }>): GivenAnswer {
  return {
    ...data.answer,
    by: by.actor,
    via: by.door,
    at,
    ...(data.rule && { rule: data.rule }),
    key: data.key,
    release_due: data.release_due,
    released_at: null,
    given_to: null,
  };
}
