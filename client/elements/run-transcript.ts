import { plain } from '../../shared/terminal-text.ts';
import type { LiveBoards } from '../link/live-boards.ts';

const KEPT_CHARACTERS = 512 * 1024;
/** Nearer to the end than this, the view follows what comes. */
const FOLLOW_PX = 40;

/** What a run prints, from where the page's text ends. Text only: whatever was printed is shown, never obeyed. */
export class RunTranscript extends HTMLElement {
  #subscription: { unsubscribe(): void } | null = null;
  #half = '';
  /** The offset up to which everything is shown. */
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

  /** What only a script can do: stop the text from moving, and copy what is shown. */
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

  /** Whole lines are made plain once; a line still being printed is made plain again as it grows. */
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

  /** The text so far, and the line still being printed. */
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
