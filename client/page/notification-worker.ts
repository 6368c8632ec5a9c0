/** Leads from a notification to its item. Keeps nothing, and answers no request of the page. */
interface Clicked extends Event {
  readonly notification: Notification;
  waitUntil(done: Promise<unknown>): void;
}
interface Tab {
  readonly url: string;
  focus(): Promise<unknown>;
}
interface Worker {
  readonly clients: {
    matchAll(which: { type: 'window'; includeUncontrolled: true }): Promise<readonly Tab[]>;
    openWindow(url: string): Promise<unknown>;
  };
  readonly location: Location;
  addEventListener(type: 'notificationclick', listener: (event: Clicked) => void): void;
}

const worker = self as unknown as Worker;

worker.addEventListener('notificationclick', (event) => {
  event.notification.close();
  event.waitUntil(open(String(event.notification.data)));
});

/** A tab that shows it already comes to the front. */
async function open(path: string): Promise<unknown> {
  const url = new URL(path, worker.location.origin);
  const tabs = await worker.clients.matchAll({ type: 'window', includeUncontrolled: true });
  const there = tabs.find((tab) => new URL(tab.url).pathname === url.pathname);
  return there ? there.focus() : worker.clients.openWindow(url.href);
}
