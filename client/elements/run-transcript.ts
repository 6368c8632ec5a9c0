import { plain } from '../../shared/terminal-text.ts';
import type { LiveBoards } from '../link/live-boards.ts';

const KEPT_CHARACTERS = 512 * 1024;
/** Within this distance of the end, the view scrolls with new output. */
const FOLLOW_PX = 40;

/** Follows the output of a run from where the page's text ends. Shown as text: control sequences have no effect. */
export class RunTranscript extends HTMLElement {
  #subscription: { unsubscribe(): void } | null = null;
  #half = '';
  /** Offset up to which output is shown. */
  #reached = 0;
  #retry: ReturnType<typeof setTimeout> | undefined;

  join(live: LiveBoards): void {
    const isStill = this.hasAttribute('still');
    this.prepend(this.#tools(live, isStill));
    if (isStill) return;
    this.#toEnd();
    this.#follow(live, this.#reached);
  }

  #toEnd(): void {
    const pre = this.querySelector('pre');
    if (pre) pre.scrollTop = pre.scrollHeight;
  }

  /** Buttons that need script: pause scrolling, copy. */
  #tools(live: LiveBoards, isStill: boolean): HTMLElement {
    const tools = document.createElement('div');
    tools.className = 'tools';
    if (!isStill) tools.append(this.#pauseButton(live));
    const copy = button('Copy', () => {
      navigator.clipboard.writeText(this.querySelector('pre')?.textContent ?? '').then(
        () => copy.replaceChildren('Copied'),
        () => copy.replaceChildren('Not copied: the browser refuses'),
      );
    });
    tools.append(copy);
    return tools;
  }

  #pauseButton(live: LiveBoards): HTMLButtonElement {
    const pause = button('Pause', () => {
      const paused = pause.ariaPressed !== 'true';
      pause.ariaPressed = String(paused);
      if (paused) this.#stop();
      else this.#follow(live, this.#reached);
    });
    pause.ariaPressed = 'false';
    return pause;
  }

  connectedCallback(): void {
    this.#reached = Number(this.getAttribute('offset'));
  }

  disconnectedCallback(): void {
    this.#stop();
  }

  #stop(): void {
    clearTimeout(this.#retry);
    this.#subscription?.unsubscribe();
  }

  #follow(live: LiveBoards, offset: number): void {
    const input = { chunk: this.getAttribute('chunk') ?? '', run: Number(this.getAttribute('run')), offset };
    this.#subscription = live.connection.client.transcript.subscribe(input, {
      onData: ({ data }) => {
        this.#reached = data.to;
        this.#append(data.text);
      },
      onError: () => {
        this.#retry = setTimeout(() => this.#follow(live, this.#reached), 1000);
      },
    });
  }

  /** Complete lines are converted once; the unfinished line is converted again as it grows. */
  #append(text: string): void {
    const pre = this.querySelector('pre');
    if (!pre) return;
    const follows = pre.scrollHeight - pre.scrollTop - pre.clientHeight < FOLLOW_PX;
    const whole = this.#half + text;
    const cut = Math.max(whole.lastIndexOf('\n') + 1, whole.length - KEPT_CHARACTERS);
    const [lines, half] = this.#textNodes(pre);
    lines.data = (lines.data + plain(whole.slice(0, cut))).slice(-KEPT_CHARACTERS);
    this.#half = whole.slice(cut);
    half.data = plain(this.#half);
    if (follows) this.#toEnd();
  }

  /** Converted text so far, and the unfinished line. */
  #textNodes(pre: Element): [Text, Text] {
    while (pre.childNodes.length < 2) pre.append(document.createTextNode(''));
    return [pre.childNodes[0] as Text, pre.childNodes[1] as Text];
  }
}

function button(words: string, act: () => void): HTMLButtonElement {
  const made = document.createElement('button');
  made.type = 'button';
  made.append(words);
  made.addEventListener('click', act);
  return made;
}
