/** What a hostile page does. It runs in a browser, and is sent there as text: it knows nothing around it. */
import type { Payload } from './hostile-payloads.ts';

export interface Plan {
  /** Origins of the daemon, as this page would name it. */
  readonly targets: readonly string[];
  readonly payloads: readonly Payload[];
  readonly readable: readonly string[];
  readonly words: readonly string[];
}

export interface Attempt {
  readonly how: string;
  readonly target: string;
  /** Whatever the page could read of the answer. */
  readonly read: string;
}

/** Tries everything, much of it at once, and tells what could be read. */
export async function attack({ targets, payloads, readable, words }: Plan): Promise<Attempt[]> {
  const PATIENCE_MS = 5000;
  /** Some browsers say nothing where a frame was refused: then what is in it by now is read. */
  const FRAME_MS = 1500;
  const SOCKET_PATIENCE_MS = 10_000;
  const AT_ONCE = 12;
  const waiting: (() => Promise<Attempt>)[] = [];
  const later = <Told>(ms: number, told: Told) =>
    new Promise<Told>((resolve) => setTimeout(resolve, ms, told));
  const attempt = (how: string, target: string, act: () => Promise<string>, ms = PATIENCE_MS) =>
    waiting.push(() =>
      Promise.race([act().catch(() => ''), later(ms, '')]).then((read) => ({ how, target, read })),
    );
  const added = <Name extends keyof HTMLElementTagNameMap>(
    name: Name,
    attributes: Record<string, string>,
  ): HTMLElementTagNameMap[Name] => {
    const element = document.createElement(name);
    for (const [attribute, value] of Object.entries(attributes)) element.setAttribute(attribute, value);
    document.body.append(element);
    return element;
  };
  const ended = (element: HTMLElement) =>
    new Promise<string>((resolve) => {
      element.addEventListener('load', () => resolve('load'), { once: true });
      element.addEventListener('error', () => resolve(''), { once: true });
    });
  const textOf = (window: Window | null): string => {
    try {
      return window?.document.body?.innerText.trim() ?? '';
    } catch {
      return '';
    }
  };

  /** A form whose encoding can be chosen; as plain text, its body is JSON. */
  const formFor = (target: string, { path, form, json }: Payload, enctype: string): HTMLFormElement => {
    const element = added('form', { method: 'post', action: target + path, enctype });
    const cut = json?.lastIndexOf('"') ?? -1;
    const asPlain = json !== null && cut > 0 ? { [json.slice(0, cut)]: json.slice(cut) } : form;
    for (const [name, value] of Object.entries(enctype === 'text/plain' ? asPlain : form)) {
      const field = document.createElement('input');
      Object.assign(field, { type: 'hidden', name, value });
      element.append(field);
    }
    return element;
  };
  const inFrame = async (form: HTMLFormElement, name: string): Promise<string> => {
    const frame = added('iframe', { name });
    await Promise.race([ended(frame), new Promise((resolve) => setTimeout(resolve, 50))]);
    const answered = ended(frame);
    form.target = name;
    HTMLFormElement.prototype.submit.call(form);
    await Promise.race([answered, later(FRAME_MS, null)]);
    const read = textOf(frame.contentWindow);
    frame.remove();
    form.remove();
    return read;
  };
  /** A window of its own is there when it can be read, or has gone where it cannot. */
  const inWindow = async (open: (name: string) => Window | null, name: string): Promise<string> => {
    const opened = open(name);
    const until = performance.now() + PATIENCE_MS - 1000;
    let read = '';
    while (opened && !opened.closed && read === '' && performance.now() < until) {
      await later(50, null);
      try {
        if (opened.location.href !== 'about:blank') read = textOf(opened);
      } catch {
        break;
      }
    }
    opened?.close();
    return read;
  };
  const fetched = async (url: string, init: RequestInit): Promise<string> => {
    const answer = await fetch(url, { credentials: 'include', redirect: 'follow', ...init });
    return answer.text();
  };
  const bySocket = (url: string) =>
    new Promise<string>((resolve) => {
      const socket = new WebSocket(url);
      let heard = '';
      socket.onopen = () => {
        for (const each of words) socket.send(each);
        setTimeout(() => resolve(heard), 1000);
      };
      socket.onmessage = ({ data }) => {
        heard += String(data);
      };
      socket.onclose = () => resolve(heard);
    });
  const byEvents = (url: string) =>
    new Promise<string>((resolve) => {
      const source = new EventSource(url, { withCredentials: true });
      const end = (heard: string) => {
        source.close();
        resolve(heard);
      };
      source.onopen = () => end('opened');
      source.onmessage = ({ data }) => end(String(data));
      source.onerror = () => end('');
    });
  const byImage = async (url: string): Promise<string> => {
    const image = added('img', { src: url });
    await ended(image);
    return image.naturalWidth > 0 ? `${image.naturalWidth} × ${image.naturalHeight}` : '';
  };
  const byFrame = async (url: string): Promise<string> => {
    const frame = added('iframe', { src: url });
    await Promise.race([ended(frame), later(FRAME_MS, null)]);
    const inner = frame.contentWindow?.length ?? 0;
    const read = textOf(frame.contentWindow) + (inner > 0 ? `${inner} frames` : '');
    frame.remove();
    return read;
  };

  const types = ['application/x-www-form-urlencoded', 'multipart/form-data', 'text/plain'];
  const serial = Math.random().toString(36).slice(2);
  for (const [at, target] of targets.entries()) {
    for (const { name, path, form, json } of payloads) {
      const text = json ?? '{}';
      const beacons = [new URLSearchParams(form), text, new Blob([text], { type: 'application/json' })];
      for (const [kind, body] of beacons.entries())
        attempt(`beacon ${kind} ${name}`, target, async () => {
          navigator.sendBeacon(target + path, body);
          return '';
        });
    }
    attempt('ping', target, async () => {
      added('a', { href: '#', ping: target + (payloads[0]?.path ?? '') }).click();
      return '';
    });
    for (const payload of payloads) {
      const { name, path, form, json } = payload;
      for (const type of types)
        attempt(`form ${type} ${name}`, target, () =>
          inFrame(formFor(target, payload, type), `${serial}-${at}-${name}-${type}`),
        );
      const urlencoded = new URLSearchParams(form);
      for (const mode of ['cors', 'no-cors'] as const) {
        const post = (body: BodyInit, headers = {}) =>
          fetched(target + path, { method: 'POST', mode, body, headers });
        attempt(`fetch ${mode} form ${name}`, target, () => post(urlencoded));
        attempt(`fetch ${mode} text ${name}`, target, () => post(json ?? ''));
        attempt(`fetch ${mode} json ${name}`, target, () =>
          post(json ?? '{}', { 'content-type': 'application/json' }),
        );
      }
    }
    for (const path of readable) {
      for (const mode of ['cors', 'no-cors', 'same-origin'] as const)
        attempt(`fetch ${mode} ${path}`, target, () => fetched(target + path, { mode }));
      attempt(`frame ${path}`, target, () => byFrame(target + path));
      attempt(`image ${path}`, target, () => byImage(target + path));
      attempt(`script ${path}`, target, () => ended(added('script', { src: target + path })));
    }
    const answering = payloads.find(({ name }) => name === 'answer');
    const [first, second] = readable;
    for (const path of [first, second])
      attempt(`link ${path}`, target, () =>
        inWindow((name) => window.open(target + path, name), `${serial}-${at}-${path}`),
      );
    if (answering)
      for (const type of types)
        attempt(`form in a window ${type}`, target, () =>
          inWindow((name) => {
            const form = formFor(target, answering, type);
            const opened = window.open('about:blank', name);
            form.target = name;
            HTMLFormElement.prototype.submit.call(form);
            return opened;
          }, `${serial}-${at}-window-${type}`),
        );
    for (const path of ['/trpc', '/embed', '/trpc?connectionParams=1'])
      attempt(
        `socket ${path}`,
        target,
        () => bySocket(target.replace('http', 'ws') + path),
        SOCKET_PATIENCE_MS,
      );
    for (const path of ['/trpc/board.follow?input=%7B%7D', '/'])
      attempt(`events ${path}`, target, () => byEvents(target + path));
  }
  const told: Attempt[] = [];
  const work = async () => {
    for (let next = waiting.shift(); next; next = waiting.shift()) told.push(await next());
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  return told;
}
