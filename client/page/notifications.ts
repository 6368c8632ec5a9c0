/** Shows notifications where this browser may. Loaded after the first paint. */
import { under } from '../../shared/base-path.ts';
import type { DesktopNotice } from '../../shared/notify-words.ts';
import type { Connection } from '../link/connection.ts';
import type { LiveBoards } from '../link/live-boards.ts';
import { drawSwitch, isOn, onSwitch } from './desktop-switch.ts';
import { keepLooking } from './looking.ts';
import { workerOf } from './worker-registration.ts';

/** Of several tabs of a browser one shows. */
const LOCK = 'signalbox-notifications';

export function watchPage(live: LiveBoards): void {
  const { connection } = live;
  let leads = false;
  const shows = () => leads && isOn();
  const watch = keepLooking(live, shows, (notice) => void show(connection, notice));
  const lead = () => {
    leads = true;
    watch();
  };
  const place = document.getElementById('this-browser');
  if (place) drawSwitch(place);
  onSwitch(watch);
  // Held until the tab is closed. Where there are no locks, every tab shows, and the same tag is the same notification.
  if (!navigator.locks) lead();
  void navigator.locks?.request(LOCK + under(''), () => {
    lead();
    return new Promise(() => {});
  });
}

async function show({ client }: Connection, notice: DesktopNotice): Promise<void> {
  const { id, title, text: body, path, sound } = notice;
  const options = { body, tag: id, silent: !sound, data: under(path) };
  const worker = await workerOf();
  if (worker) await worker.showNotification(title, options);
  else await showByPage(title, options, path);
  await client.notify.shown.mutate({ id });
}

function showByPage(title: string, options: NotificationOptions, path: string): Promise<void> {
  const notification = new Notification(title, options);
  notification.onclick = () => {
    focus();
    location.assign(under(path));
  };
  return new Promise((resolve, reject) => {
    notification.onshow = () => resolve();
    notification.onerror = () => reject(new Error('the notification was not shown'));
  });
}
