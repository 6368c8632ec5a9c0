/** An operator's browser, signed in, and hostile pages around it. */
import type { Browser, Page } from 'puppeteer-core';
import { DaemonFixture } from '../daemon-fixture.ts';
import { ForeignSite } from '../stories/foreign-site.ts';
import { atTerminal, homeOf, linkOf, Visitor } from '../stories/visitor.ts';
import { REBOUND } from './browsers.ts';
import { type Attempt, attack, type Plan } from './hostile-attack.ts';
import { CHUNK, PAYLOADS, QUESTIONS, READABLE, SOCKET_WORDS } from './hostile-payloads.ts';

/** Where a hostile page stands. */
export interface Stage {
  readonly name: string;
  readonly frame?: 'sandbox' | 'data:';
  /** Under our own name: whoever knows it and has a port of this machine is sent what signs in. */
  readonly isOurName?: boolean;
  readonly address: (scene: HostileScene) => string;
}

export const STAGES: readonly Stage[] = [
  { name: 'a rebound name', address: ({ port }) => `http://${REBOUND}:${port}` },
  { name: 'another site', address: ({ site }) => site.origin('evil.localhost') },
  { name: 'another address', address: ({ far }) => far.origin('127.0.0.2') },
  { name: 'another port of 127.0.0.1', address: ({ site }) => site.origin() },
  { name: 'another port of localhost', address: ({ site }) => site.origin('localhost') },
  { name: '0.0.0.0', address: ({ site }) => site.origin('0.0.0.0') },
  { name: 'a sandboxed frame', frame: 'sandbox', address: ({ site }) => site.origin() },
  { name: 'a data: page', frame: 'data:', address: ({ site }) => site.origin() },
  { name: 'another port of our own name', isOurName: true, address: (scene) => scene.neighbour },
  { name: 'a sandboxed frame there', isOurName: true, frame: 'sandbox', address: (scene) => scene.neighbour },
];

export class HostileScene {
  readonly house: DaemonFixture;
  readonly home: string;
  readonly visitor: Visitor;
  /** Sites of others: on another port, and at another address. */
  readonly site: ForeignSite;
  readonly far: ForeignSite;
  readonly #rebound: Page;

  private constructor(
    parts: Pick<HostileScene, 'house' | 'home' | 'visitor' | 'site' | 'far'>,
    rebound: Page,
  ) {
    this.house = parts.house;
    this.home = parts.home;
    this.visitor = parts.visitor;
    this.site = parts.site;
    this.far = parts.far;
    this.#rebound = rebound;
  }

  /** `guarded`: the browser is signed in; else nobody has to be. */
  static async open(browser: Browser, guarded: boolean, keep: (end: () => Promise<void>) => void) {
    const house = DaemonFixture.make({}, { guarded });
    keep(() => house.close());
    await house.start('--port', '0', '--max-agents', '0');
    await house.signalbox('add', CHUNK, '--external');
    for (const [key, prompt] of Object.entries(QUESTIONS))
      await atTerminal(house, 'items.ask', { key, chunk: CHUNK, run: null, questions: [{ prompt }] });
    const home = await homeOf(house);
    const visitor = await Visitor.come(browser);
    keep(() => visitor.leave());
    await visitor.signIn(await linkOf(house), home, QUESTIONS.one);
    const site = await ForeignSite.open();
    keep(() => site.close());
    const far = await ForeignSite.open(0, '127.0.0.2');
    keep(() => far.close());
    for (const each of [site, far]) each.body = PAGE;
    const rebound = await reboundPage(house, visitor);
    return new HostileScene({ house, home, visitor, site, far }, rebound);
  }

  get port(): number {
    return Number(new URL(this.home).port);
  }

  /** Another port under the name where the browser is signed in. */
  get neighbour(): string {
    return this.site.origin(new URL(this.home).hostname);
  }

  /** The number of the last event. */
  async seq(): Promise<number> {
    return (await atTerminal<{ seq: number }>(this.house, 'status')).seq;
  }

  /** How many requests the daemon has turned away. */
  async refused(): Promise<number> {
    const all = await atTerminal<{ times: number }[]>(this.house, 'access.refusals');
    return all.reduce((sum, { times }) => sum + times, 0);
  }

  /** Everything that a page at this place tries. */
  async attempts(stage: Stage): Promise<Attempt[]> {
    const { port } = this;
    const address = stage.address(this);
    const names = new Set([new URL(this.home).hostname, '127.0.0.1', 'localhost']);
    if (address.includes(REBOUND)) names.add(REBOUND);
    if (address.includes('0.0.0.0')) names.add('0.0.0.0');
    const plan: Plan = {
      targets: [...names].map((name) => `http://${name}:${port}`),
      payloads: PAYLOADS,
      readable: READABLE,
      words: SOCKET_WORDS,
    };
    const page = address.includes(REBOUND) ? this.#rebound : await this.visitor.another(address);
    const told = await page.evaluate(begin, plan, stage.frame ?? null);
    await page.close();
    return told;
  }
}

/** Attacks when told to, by whoever holds its frame. */
const PAGE = `<script>
  window.attack = ${attack.toString()};
  if (parent !== window)
    addEventListener('message', async ({ data }) => parent.postMessage(await attack(data), '*'));
</script>`;

/** A page of the attacker's, from the very port on which the daemon will listen a moment later. */
async function reboundPage(house: DaemonFixture, visitor: Visitor): Promise<Page> {
  const port = Number(new URL(house.address).port);
  await house.end('SIGTERM');
  const before = await ForeignSite.open(port);
  before.body = PAGE;
  const page = await visitor.another(`http://${REBOUND}:${port}`).finally(() => before.close());
  await house.start();
  return page;
}

/** In the page: attacks from here, or from a frame whose origin is nobody's. */
async function begin(plan: Plan, frame: 'sandbox' | 'data:' | null): Promise<Attempt[]> {
  const own = window as unknown as { attack: (plan: Plan) => Promise<Attempt[]> };
  if (frame === null) return own.attack(plan);
  const element = document.createElement('iframe');
  if (frame === 'sandbox') {
    element.setAttribute('sandbox', 'allow-scripts allow-forms allow-popups');
    element.src = '/framed';
  } else element.src = `data:text/html;charset=utf-8,${encodeURIComponent(document.body.outerHTML)}`;
  const loaded = new Promise((resolve) => element.addEventListener('load', resolve, { once: true }));
  document.body.append(element);
  await loaded;
  const told = new Promise<Attempt[]>((resolve) =>
    addEventListener('message', ({ data }) => resolve(data as Attempt[]), { once: true }),
  );
  element.contentWindow?.postMessage(plan, '*');
  return told;
}
