import { plain } from '../../shared/terminal-text.ts';
import type { LiveBoards } from '../link/live-boards.ts';
import { TranscriptFile } from './transcript-file.ts';
import { offsetOf, TranscriptLines } from './transcript-lines.ts';
import { TranscriptScreen } from './transcript-screen.ts';

/** Beyond the end of every file. */
const FAR = 999_999_999_999_999;

/**
 * What a run printed, from its end, and on as it prints. What the server drew is replaced by rows that are drawn as they
 * come into sight. Only a window of the file is in memory: what stands before and after is read when one scrolls there.
 */
export class RunTranscript extends HTMLElement {
  #live: LiveBoards | null = null;
  #file = new TranscriptFile('', '');
  #screen: TranscriptScreen | null = null;
  /** What follows the window is not read yet: the stream would leave a gap. */
  #isDetached = false;
  #busy = false;
  #stop = () => {};
  readonly #said = document.createElement('span');

  async join(live: LiveBoards): Promise<void> {
    const screen = this.querySelector<HTMLElement>('.screen');
    if (!screen) return;
    const [chunk, run] = [this.#attribute('chunk'), this.#attribute('run')];
    const [from, to, size] = [this.#number('from'), this.#number('to'), this.#number('size')];
    this.#live = live;
    this.#file = new TranscriptFile(chunk, run);
    const lines = new TranscriptLines(from);
    lines.append((await this.#file.exactly(from, to)).bytes, to, false);
    this.#isDetached = to < size;
    this.#screen = new TranscriptScreen(screen, lines, this.hasAttribute('talk'));
    this.#screen.follows = !this.#isDetached;
    this.#screen.find = this.#wanted.toLowerCase();
    this.#screen.onScroll = () => void this.#readOn();
    this.#addTools();
    this.#screen.take();
    if (!this.#isDetached) this.#follow();
  }

  #attribute(name: string): string {
    return this.getAttribute(name) ?? '';
  }
  #number(name: string): number {
    return Number(this.getAttribute(name));
  }

  disconnectedCallback(): void {
    this.#stop();
  }

  /** From where the window ends, also after the connection was lost. */
  #follow(): void {
    this.#stop();
    const [chunk, run] = [this.#attribute('chunk'), this.#number('run')];
    const live = this.#live as LiveBoards;
    this.#stop = live.keepSubscribed((ended) => {
      const offset = this.#screen?.lines.to ?? 0;
      const { transcript } = live.connection.client;
      return transcript.subscribe(
        { chunk, run, offset, encoding: 'base64' },
        {
          onData: ({ data }) => this.#take(bytesIn(data.text), data.from, data.ended),
          onError: ended,
          onComplete: ended,
        },
      );
    });
  }

  #take(bytes: Uint8Array, from: number, ended: boolean): void {
    const screen = this.#screen;
    if (!screen) return;
    const known = Math.max(0, screen.lines.to - from);
    if (known < bytes.length) {
      const gone = screen.lines.append(bytes.subarray(known), from + bytes.length, screen.follows);
      if (gone === 0 || screen.follows) screen.soon();
    }
    // Whoever reads further up keeps what is read: the rest is in the file.
    if (!screen.follows && screen.lines.isFull) this.#detach();
    if (ended) this.#stop();
  }

  #detach(): void {
    this.#stop();
    this.#isDetached = true;
  }

  /** Reads what stands before or after the window, where one comes near. */
  async #readOn(): Promise<void> {
    const screen = this.#screen;
    if (!screen || this.#busy) return;
    if (screen.nearStart && screen.lines.from > 0) await this.#quietly(() => this.#readBefore(screen));
    else if (screen.nearEnd && this.#isDetached) await this.#quietly(() => this.#readAfter(screen));
  }

  async #readBefore(screen: TranscriptScreen): Promise<void> {
    const { bytes } = await this.#file.before(screen.lines.from);
    const rows = screen.lines.prepend(bytes);
    if (!screen.follows && screen.lines.shrinkAtEnd()) this.#detach();
    if (screen.follows) screen.soon();
    else screen.shift(rows);
  }

  async #readAfter(screen: TranscriptScreen): Promise<void> {
    const { from, bytes, size } = await this.#file.after(screen.lines.to);
    screen.follows = false;
    const gone = screen.lines.append(bytes, from + bytes.length, true);
    screen.shift(-gone);
    if (screen.lines.to < size) return;
    this.#isDetached = false;
    this.#follow();
  }

  /** One at a time; what fails is tried again when one scrolls. */
  async #quietly(act: () => Promise<void>): Promise<void> {
    this.#busy = true;
    await act().catch(() => {});
    this.#busy = false;
  }

  /** To the end, and on with it. */
  async #toEnd(): Promise<void> {
    const screen = this.#screen;
    if (!screen) return;
    if (this.#isDetached) {
      const { from, bytes, size } = await this.#file.end();
      this.#window(screen, from, bytes);
      this.#isDetached = screen.lines.to < size;
      this.#follow();
    }
    screen.follows = true;
    screen.draw();
  }

  #window(screen: TranscriptScreen, from: number, bytes: Uint8Array): void {
    this.#stop();
    const lines = new TranscriptLines(from);
    lines.append(bytes, from + bytes.length, false);
    screen.lines = lines;
    screen.setWrap(screen.wraps);
  }

  get #wanted(): string {
    return this.querySelector<HTMLInputElement>('input[name=find]')?.value ?? '';
  }

  /** On from the line that was found last; at the end, or the start, from the other side. */
  async #find(back: boolean): Promise<void> {
    const screen = this.#screen;
    const text = this.#wanted;
    if (!screen || text === '') return;
    this.#say('Looking …');
    const isNew = screen.find !== text.toLowerCase();
    screen.find = text.toLowerCase();
    const start = isNew ? this.#seenOffset(screen) : (screen.found ?? this.#seenOffset(screen));
    const first = await this.#file.find(text, back || isNew ? start : start + 1, back);
    const found = first ?? (await this.#file.find(text, back ? FAR : 0, back));
    screen.found = found;
    if (found === null) this.#say('Not found');
    else {
      await this.#show(screen, found);
      this.#say(first === null ? `Found, from the ${back ? 'end' : 'start'}` : 'Found');
    }
    screen.draw();
  }

  #seenOffset(screen: TranscriptScreen): number {
    const [seen] = screen.seen();
    return seen ? offsetOf(seen) : screen.lines.from;
  }

  async #show(screen: TranscriptScreen, offset: number): Promise<void> {
    let row = screen.lines.rowOf(offset);
    if (row === null) {
      const { from, bytes, size } = await this.#file.around(offset);
      this.#window(screen, from, bytes);
      this.#isDetached = true;
      if (screen.lines.to >= size) {
        this.#isDetached = false;
        this.#follow();
      }
      row = screen.lines.rowOf(offset);
    }
    screen.toRow(row ?? 0);
  }

  #say(text: string): void {
    this.#said.textContent = text;
  }

  /** Buttons that need script; the server has kept their place. */
  #addTools(): void {
    const tools = this.querySelector('.tools');
    const form = tools?.querySelector('form');
    if (!tools || !form) return;
    form.addEventListener('submit', (event) => {
      event.preventDefault();
      const back = (event.submitter as HTMLButtonElement | null)?.name === 'back';
      void this.#find(back).catch(() => this.#say('Not found: no connection'));
    });
    const wrap = button('Wrap', () => {
      wrap.ariaPressed = String(wrap.ariaPressed !== 'true');
      this.#screen?.setWrap(wrap.ariaPressed === 'true');
    });
    wrap.ariaPressed = 'true';
    const copy = button('Copy', () => this.#copy());
    const end = button('End', () => void this.#toEnd().catch(() => this.#say('No connection')));
    this.#said.setAttribute('role', 'status');
    this.#said.className = 'said-of-output';
    tools.querySelector('.part')?.remove();
    tools.querySelector('.room')?.replaceWith(this.#said, wrap, copy, end);
  }

  /** What is in memory, as it is shown. */
  #copy(): void {
    const lines = [...(this.#screen?.lines.texts() ?? [])].map(plain);
    navigator.clipboard.writeText(`${lines.join('\n')}\n`).then(
      () => this.#say(`Copied ${lines.length.toLocaleString('en')} lines`),
      () => this.#say('Not copied: the browser refuses'),
    );
  }
}

function button(words: string, act: () => void): HTMLButtonElement {
  const made = document.createElement('button');
  made.type = 'button';
  made.append(words);
  made.addEventListener('click', act);
  return made;
}

/** Base64 to bytes. */
function bytesIn(text: string): Uint8Array {
  const { fromBase64 } = Uint8Array as unknown as { fromBase64?: (text: string) => Uint8Array };
  if (fromBase64) return fromBase64.call(Uint8Array, text);
  const binary = atob(text);
  return Uint8Array.from({ length: binary.length }, (_, at) => binary.charCodeAt(at));
}
