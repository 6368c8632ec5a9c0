/** A store with a notifier, a clock that only the test moves, and a real receiver. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Notifier } from '../../server/notify/notifier.ts';
import type { Event } from '../../shared/events.ts';
import type { NoticeChange, NotifyChannel } from '../../shared/notify-words.ts';
import { OPERATOR, StoreFixture, spec, turn } from '../core/store-fixture.ts';
import { until } from '../until.ts';
import { Receiver } from './receiver.ts';

type NoticeEvent = Extract<Event, NoticeChange>;
const isNotice = (event: Event): event is NoticeEvent => /^notice\./.test(event.type);

/** What the operator's file says. */
type NotifyOf = (receiver: Receiver, folder: string) => Record<string, unknown>;

export class NotifyScene {
  readonly house = new StoreFixture();
  readonly receiver: Receiver;
  readonly file: string;
  readonly logged: string[] = [];
  readonly pauses: number[] = [];
  notifier: Notifier;
  #notify: Record<string, unknown> = {};
  #life = 0;

  private constructor(receiver: Receiver, notify: NotifyOf) {
    this.receiver = receiver;
    this.file = join(this.house.folder, 'config.json');
    this.write(notify(receiver, this.house.folder));
    this.notifier = this.#start();
  }

  static async open(
    notify: NotifyOf = (receiver) => ({ webhook: { url: receiver.url } }),
  ): Promise<NotifyScene> {
    const receiver = await Receiver.open();
    return new NotifyScene(receiver, notify);
  }

  write(notify: Record<string, unknown>): void {
    this.#notify = notify;
    mkdirSync(this.house.folder, { recursive: true });
    writeFileSync(this.file, JSON.stringify({ notify }), { mode: 0o600 });
  }

  /** Changes the policy in the operator's file. */
  policy(policy: Record<string, unknown>): void {
    this.write({ ...this.#notify, policy });
  }

  #start(): Notifier {
    const { store, db } = this.house;
    const life = ++this.#life;
    const notifier = new Notifier({
      store,
      db,
      log: { info: () => {}, error: (where, error) => void this.logged.push(`${where} ${error}`) },
      project: '/home/me/shop',
      origin: 'http://abc.localhost:7845/',
      file: this.file,
      now: () => this.house.now,
      // No time passes: the test sees how long it would have been.
      pause: async (ms, stopping) => {
        // One that was killed does nothing any more.
        if (life !== this.#life) return new Promise(() => {});
        await turn();
        this.pauses.push(ms);
        this.house.now += ms;
        stopping.throwIfAborted();
      },
    });
    void notifier.start();
    return notifier;
  }

  /** As after `kill -9`: nothing is settled, and everything that is only in memory is gone. */
  restart(): void {
    this.house.reopen();
    this.notifier = this.#start();
  }

  async leave(): Promise<void> {
    await this.notifier.stop();
    await this.receiver.close();
    this.house.leave();
  }

  async ask(chunk: string, prompt = `What about ${chunk}?`, ...others: string[]): Promise<void> {
    await this.house.add(spec(chunk), ...others.map((each) => spec(each, { after: [chunk] })));
    await this.house.ask(chunk, `item-${chunk}`, { prompt });
  }

  /** The clock moves on, and the notifier looks. */
  async after(seconds: number): Promise<void> {
    this.house.now += seconds * 1000;
    await this.notifier.look();
  }

  configure(set: Record<string, unknown>, channel: NotifyChannel = 'webhook', unset: never[] = []) {
    return this.notifier.configure(OPERATOR, channel, { set, unset });
  }

  notices(): NoticeEvent[] {
    return this.house.log().filter(isNotice);
  }
  types(): string[] {
    return this.notices().map(({ type }) => type.slice('notice.'.length));
  }
  /** Waits until the log says these, in this order. */
  says(...types: string[]): Promise<void> {
    return until(`the log to say ${types}, not ${this.types()}`, () => this.types().join() === types.join());
  }
  titles(): string[] {
    return this.receiver.received.map(({ headers }) => String(headers.title));
  }
}

/** A test in a scene of its own, which is gone afterwards, also when the test failed. */
export const inScene =
  (body: (scene: NotifyScene) => Promise<void>, ...given: Parameters<typeof NotifyScene.open>) =>
  async (): Promise<void> => {
    const scene = await NotifyScene.open(...given);
    try {
      await body(scene);
    } finally {
      await scene.leave();
    }
  };
