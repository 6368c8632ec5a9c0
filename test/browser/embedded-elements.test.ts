/** Where the elements draw: into the page where it is ours, else into a shadow root that leaves the page alone. */
import { expect, waitUntil } from '@open-wc/testing';
import type { TemplateResult } from 'lit';
import { html } from 'lit';
import { AttentionQueue } from '../../client/elements/attention-queue.ts';
import { BoardElement, type Surroundings } from '../../client/elements/board-element.ts';
import { ProcessGrid } from '../../client/elements/process-grid.ts';
import { WorkUnitElement } from '../../client/elements/work-unit.ts';
import { LiveBoards } from '../../client/link/live-boards.ts';
import type { Query } from '../../shared/query.ts';
import type { Place } from '../../shared/views/place.ts';
import { card, cell, goingOut, snapshotOf } from './board-rows.ts';
import { FakeConnection } from './fake-connection.ts';
import { all, arm, one, openPage, show, takeOver, warned } from './harness.ts';

const SERVER = 'http://ab12cd34ef.localhost:7845';
const ROWS = [card('a', 1), goingOut(card('b', 2)), cell(1, 'RUNNING'), cell(2, 'DONE')];

/** A page of somebody else, as far as an element can tell. */
class Elsewhere implements Surroundings {
  readonly place: Place;
  readonly root: ShadowRoot;
  readonly element: BoardElement;
  readonly wire = new FakeConnection();
  arrivals = 0;
  departures = 0;

  constructor(element: BoardElement, may: Place['may']) {
    this.element = element;
    this.place = { base: SERVER, may };
    this.root = element.attachShadow({ mode: 'open' });
  }

  arrive(): void {
    this.arrivals++;
    const query: Query = { page: 1 };
    const live = new LiveBoards(this.wire.asConnection());
    live.prime(query, snapshotOf(ROWS));
    this.element.join(live, query, 0);
  }

  leave(): void {
    this.departures++;
  }

  around(view: TemplateResult | null): TemplateResult {
    return html`<p class="state">Here.</p>${view}`;
  }

  drawn(): void {}
}

let may: Place['may'];
const made: Elsewhere[] = [];

function abroad(element: BoardElement): Surroundings {
  const elsewhere = new Elsewhere(element, may);
  made.push(elsewhere);
  return elsewhere;
}

/** An element in a page that is not ours, drawn. */
async function settle<Element extends BoardElement>(element: Element): Promise<Element> {
  document.body.append(element);
  await element.updateComplete;
  return element;
}

function pressLeft(root: ShadowRoot): void {
  const button = one<HTMLButtonElement>('button[value=left]', root);
  arm(button);
  button.click();
}

describe('on a page that is not ours', () => {
  before(async () => {
    await show({ rows: [] });
    await takeOver();
    if (!customElements.get('work-unit')) customElements.define('work-unit', WorkUnitElement);
  });

  beforeEach(() => {
    may = 'read';
    made.length = 0;
    document.body.replaceChildren();
    BoardElement.abroad = abroad;
  });

  afterEach(() => {
    BoardElement.abroad = null;
  });

  it('an empty element draws into a shadow root, and puts nothing else anywhere', async () => {
    const queue = await settle(new AttentionQueue());
    expect(queue.childNodes.length).to.equal(0);
    expect(all('.card', queue.shadowRoot!).length).to.equal(1);
    expect(one('.state', queue.shadowRoot!).textContent).to.equal('Here.');
  });

  it('what the author put into it stays as it was, out of sight', async () => {
    const queue = new AttentionQueue();
    queue.append('Signalbox does not answer.');
    await settle(queue);
    expect(queue.innerHTML).to.equal('Signalbox does not answer.');
    expect(all('.card', queue.shadowRoot!).length).to.equal(1);
  });

  it('markup of the server is hydrated where it stands', async () => {
    const { queue } = await openPage({ rows: ROWS });
    expect(queue.shadowRoot).to.equal(null);
    expect(all('.card', queue).length).to.equal(1);
    expect(made.length).to.equal(0);
    expect(warned()).to.eql([]);
  });

  it('who may only read finds nothing to press, and where to answer', async () => {
    const root = (await settle(new AttentionQueue())).shadowRoot!;
    expect(all('form, button, input, textarea', root).length).to.equal(0);
    expect(all('.options li', root).map((each) => each.textContent)).to.eql([
      'Go left',
      'Go right The longer way',
    ]);
    const link = one<HTMLAnchorElement>('.elsewhere a', root);
    expect(link.getAttribute('href')).to.equal(`${SERVER}/work-units/chunk-a#item-a`);
  });

  it('who may answer finds the answer and its undoing, and nothing else', async () => {
    may = 'answer';
    const root = (await settle(new AttentionQueue())).shadowRoot!;
    expect(all('form', root).map((form) => form.getAttribute('name'))).to.eql(['answer-a', 'undo-b']);
  });

  it('an answer leaves over the socket, and never by the page around', async () => {
    may = 'answer';
    const queue = await settle(new AttentionQueue());
    const root = queue.shadowRoot!;
    const posted: boolean[] = [];
    root.addEventListener('submit', (event) => posted.push(event.defaultPrevented));
    pressLeft(root);
    expect(made[0]!.wire.answers.map(({ input }) => input.options)).to.eql([['left']]);
    expect(posted).to.eql([true]);
  });

  it('without a connection an answer waits, which it says, and goes when there is one; it never leaves by the page around', async () => {
    may = 'answer';
    const queue = await settle(new AttentionQueue());
    made[0]!.wire.isOpen = false;
    const root = queue.shadowRoot!;
    const posted: boolean[] = [];
    root.addEventListener('submit', (event) => posted.push(event.defaultPrevented));
    pressLeft(root);
    await queue.updateComplete;
    expect(posted).to.eql([true]);
    expect(made[0]!.wire.answers.length).to.equal(0);
    expect(one('.notice', root).textContent).to.contain('Not connected');
    made[0]!.wire.turn(true);
    await waitUntil(() => made[0]!.wire.answers.length === 1);
    expect(posted).to.eql([true]);
  });

  it('keeps the order and the words of who stands in it', async () => {
    may = 'answer';
    const queue = await settle(new AttentionQueue());
    const root = queue.shadowRoot!;
    const area = one<HTMLTextAreaElement>('#text-a', root);
    one<HTMLDetailsElement>('#item-a > details', root).open = true;
    area.focus();
    made[0]!.wire.put(card('z', 0));
    await queue.updateComplete;
    expect(all('.card', root).map(({ id }) => id)).to.eql(['item-a', 'item-z']);
    area.value = 'half a sentence';
    made[0]!.wire.drop('item:a');
    await queue.updateComplete;
    expect(all('.card', root).map(({ id }) => id)).to.eql(['item-a', 'item-z']);
    expect(root.activeElement === area).to.equal(true);
    expect(area.value).to.equal('half a sentence');
  });

  it('units are links to the daemon, without a filter that would change the address', async () => {
    const root = (await settle(new ProcessGrid())).shadowRoot!;
    expect(all('form, .filter', root).length).to.equal(0);
    const links = all<HTMLAnchorElement>('a', root).map((link) => link.getAttribute('href'));
    expect(links).to.eql([`${SERVER}/work-units/unit-1`, `${SERVER}/work-units/unit-2`]);
    const before = made[0]!.wire.subscriptions.length;
    dispatchEvent(new PopStateEvent('popstate'));
    expect(made[0]!.wire.subscriptions.length).to.equal(before);
  });

  it('an element that leaves and returns arrives again', async () => {
    const queue = await settle(new AttentionQueue());
    const [elsewhere] = made;
    expect([elsewhere!.arrivals, elsewhere!.departures]).to.eql([1, 0]);
    queue.remove();
    expect([elsewhere!.arrivals, elsewhere!.departures]).to.eql([1, 1]);
    await settle(queue);
    expect([elsewhere!.arrivals, elsewhere!.departures]).to.eql([2, 1]);
  });

  it('a way to fetch a token that is given late counts from then on', async () => {
    const queue = await settle(new AttentionQueue());
    queue.getToken = async () => 'a token';
    await queue.updateComplete;
    expect(made[0]!.arrivals).to.equal(2);
  });
});

it('on our page an empty element draws into itself', async () => {
  await show({ rows: [] });
  await takeOver();
  const live = new LiveBoards(new FakeConnection().asConnection());
  live.prime({}, snapshotOf(ROWS));
  const queue = new AttentionQueue();
  queue.join(live, {}, 0);
  document.body.replaceChildren(queue);
  await queue.updateComplete;
  expect(queue.shadowRoot).to.equal(null);
  expect(all('.card', queue).length).to.equal(1);
});
