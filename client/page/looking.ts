/** Says to the daemon whether this page is visible: who looks at it is not told by other ways. */
import type { DesktopNotice } from '../../shared/notify-words.ts';
import type { LiveBoards } from '../link/live-boards.ts';

/** Whoever hides the page says so anew. Returns how to say it again when `shows` has changed. `onNotice`: what to show. */
export function keepLooking(
  live: LiveBoards,
  shows = () => false,
  onNotice: (notice: DesktopNotice) => void = () => {},
): () => void {
  let stop = () => {};
  const watch = () => {
    stop();
    const watching = { looks: !document.hidden, shows: shows() };
    stop = live.keepSubscribed(
      (ended) =>
        live.connection.client.notify.watch.subscribe(watching, {
          onData: onNotice,
          onError: ended,
          onComplete: ended,
        }),
      'always',
    );
  };
  document.addEventListener('visibilitychange', watch);
  watch();
  return watch;
}
