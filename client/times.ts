import { ageOf } from '../shared/age.ts';

/**
 * Brings `<time>` to life: "3 min" instead of a date, kept true. The text node that the view made is changed
 * in place: the view still owns it.
 */
export function keepTimes(root: ParentNode): () => void {
  const tell = () => {
    for (const time of root.querySelectorAll<HTMLTimeElement>('time:not([data-fixed])')) tellOne(time);
  };
  const timer = setInterval(tell, 1000);
  const observer = new MutationObserver(tell);
  observer.observe(root as Node, { childList: true, subtree: true, attributeFilter: ['datetime'] });
  tell();
  return () => {
    clearInterval(timer);
    observer.disconnect();
  };
}

function tellOne(time: HTMLTimeElement): void {
  const at = Date.parse(time.dateTime);
  const text = [...time.childNodes].find((node) => node.nodeType === Node.TEXT_NODE);
  if (!text || Number.isNaN(at)) return;
  const title = new Date(at).toLocaleString();
  if (time.title !== title) time.title = title;
  const age = ageOf(Date.now() - at) + ('ago' in time.dataset ? ' ago' : '');
  if (text.nodeValue === age) return;
  text.nodeValue = age;
}
