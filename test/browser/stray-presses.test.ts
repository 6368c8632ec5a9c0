/** No press is taken for another: a second press at the same spot is of the same button, or of none. */
import { expect, waitUntil } from '@open-wc/testing';
import { sendKeys, sendMouse, setViewport } from '@web/test-runner-commands';
import type { Card } from '../../shared/board.ts';
import { card } from './board-rows.ts';
import { all, arm, drawn, one, openPage, type Page, textOf } from './harness.ts';

const LABELS = ['Yes, this once', 'Yes, always', 'No, not now', 'No, never'];
const four = (): Card =>
  card('a', 10, {
    kind: 'decision',
    allows_text: false,
    options: LABELS.map((label, at) => ({
      id: `o${at}`,
      label,
      description: 'What this means, said in a line.',
    })),
  });
/** In each direction, over the form of the card. */
const GRID = 9;

const { innerWidth: width, innerHeight: height } = window;
let style: HTMLLinkElement;

before(async () => {
  await setViewport({ width: 320, height: 800 });
  style = Object.assign(document.createElement('link'), {
    rel: 'stylesheet',
    href: '/client/page/style.css',
  });
  // Before it is there, every place is another.
  const loaded = new Promise((resolve) => style.addEventListener('load', resolve));
  document.head.append(style);
  await loaded;
});
after(async () => {
  style.remove();
  await setViewport({ width, height });
});

interface Spot {
  readonly x: number;
  readonly y: number;
}

const at = ({ x, y }: Spot): [number, number] => [Math.round(x), Math.round(y)];
const click = (spot: Spot) => sendMouse({ type: 'click', position: at(spot) });

/** The option that is at a spot, by its label; '' where there is none. */
function optionAt({ x, y }: Spot): string {
  const option = document.elementFromPoint(x, y)?.closest<HTMLButtonElement>('button[name=option]');
  return option ? labelOf(option.value) : '';
}

const labelOf = (id: string | undefined): string => LABELS[Number(id?.slice(1))] ?? '';

/** Spots all over a part of the page. */
function spotsIn(selector: string): Spot[] {
  const { left, top, width: wide, height: high } = one(selector).getBoundingClientRect();
  return Array.from({ length: GRID * GRID }, (_, index) => ({
    x: Math.round(left + ((index % GRID) + 0.5) * (wide / GRID)),
    y: Math.round(top + (Math.floor(index / GRID) + 0.5) * (high / GRID)),
  }));
}

/** What was answered, by label. */
const answersOf = ({ wire }: Page): string[] => wire.answers.map(({ input }) => labelOf(input.options?.[0]));

async function open(rows = [four()]): Promise<Page> {
  const page = await openPage({ rows });
  scrollTo(0, 0);
  return page;
}

describe('a press that comes too early, at 320 px with four options', function () {
  this.timeout(60_000);

  it('moves nothing: the second press at the same spot is of the same option, at every spot', async () => {
    await open();
    const spots = spotsIn('#item-a form.answer');
    const wrong: string[] = [];
    let answered = 0;
    for (const spot of spots) {
      const page = await open();
      const aimed = optionAt(spot);
      await click(spot);
      await drawn(page);
      expect(page.wire.answers.length, 'too early').to.equal(0);
      if (aimed !== '') expect(textOf('#notice-a')).to.contain('Not sent');
      arm(one('#item-a form.answer'));
      await click(spot);
      await drawn(page);
      const [got = ''] = answersOf(page);
      if (got !== '') answered++;
      if (got !== '' && got !== aimed) wrong.push(`${aimed} became ${got} at ${at(spot)}`);
    }
    expect(wrong).to.eql([]);
    expect(answered, 'most spots are of an option').to.be.greaterThan(GRID * 3);
  });

  it('by the keyboard is not sent either, and once more is the option that has the focus', async () => {
    for (const key of ['Enter', 'Space'] as const) {
      const page = await open();
      one<HTMLButtonElement>('#item-a button[value=o3]').focus();
      await sendKeys({ press: key });
      await drawn(page);
      expect(page.wire.answers.length).to.equal(0);
      expect(textOf('#notice-a')).to.contain('Not sent');
      arm(one('#item-a form.answer'));
      await sendKeys({ press: key });
      await waitUntil(() => page.wire.answers.length === 1);
      expect(answersOf(page)).to.eql(['No, never']);
    }
  });
});

describe('what shifts the buttons while somebody aims', () => {
  /** An armed card, with the pointer on its last option. */
  async function aim(rows = [four()]): Promise<{ page: Page; spot: Spot }> {
    const page = await open(rows);
    const { left, top, width: wide, height: high } = one('#item-a button[value=o3]').getBoundingClientRect();
    const spot = { x: left + wide / 2, y: top + high / 2 };
    arm(one('#item-a form.answer'));
    return { page, spot };
  }

  const shifts: readonly (readonly [string, (page: Page) => void])[] = [
    ['a new card above', ({ wire }) => wire.put(card('z', 1, { prompt: 'One. '.repeat(40) }))],
    ['a line more in the card', ({ wire }) => wire.put({ ...four(), unblocks: 'frees 7: a → b' })],
    [
      'something above the queue',
      () => one('main').prepend(Object.assign(document.createElement('p'), { textContent: 'News' })),
    ],
    [
      'a scroll',
      () => document.body.append(Object.assign(document.createElement('p'), { textContent: 'x' })),
    ],
  ];
  for (const [what, shift] of shifts)
    it(`${what}, before the press: another option is never taken for the one aimed at`, async () => {
      const { page, spot } = await aim();
      const aimed = optionAt(spot);
      shift(page);
      await drawn(page);
      await click(spot);
      await drawn(page);
      expect([[], [aimed]]).to.deep.include(answersOf(page));
    });

  for (const [what, shift] of shifts)
    it(`${what}, while the button of the mouse is down`, async () => {
      const { page, spot } = await aim();
      const aimed = optionAt(spot);
      await sendMouse({ type: 'move', position: at(spot) });
      await sendMouse({ type: 'down' });
      shift(page);
      await drawn(page);
      await sendMouse({ type: 'up' });
      await drawn(page);
      expect([[], [aimed]]).to.deep.include(answersOf(page));
    });

  it('a press that began on another button is not one of this', async () => {
    const { page, spot } = await aim();
    await sendMouse({ type: 'move', position: at({ ...spot, y: spot.y - 40 }) });
    await sendMouse({ type: 'down' });
    await sendMouse({ type: 'move', position: at(spot) });
    await sendMouse({ type: 'up' });
    await drawn(page);
    expect(page.wire.answers.length).to.equal(0);
  });

  it('a new card stays below while a mouse is on the list, and goes to its place when it has left', async () => {
    const { page, spot } = await aim();
    await sendMouse({ type: 'move', position: at(spot) });
    const { top } = one('#item-a').getBoundingClientRect();
    page.wire.put(card('z', 1));
    await drawn(page);
    expect(one('#item-a').getBoundingClientRect().top).to.equal(top);
    expect(textOf('[data-do=reorder]')).to.equal('1 new: show in order');
    await sendMouse({ type: 'move', position: [5, 5] });
    await waitUntil(() => all('.card')[0]?.id === 'item-z');
  });

  it('a card shows that it is not armed yet', async () => {
    await open();
    expect(one('#item-a').hasAttribute('data-unarmed')).to.equal(true);
    arm(one('#item-a'));
    await waitUntil(() => !one('#item-a').hasAttribute('data-unarmed'));
  });
});

describe('what the header says', () => {
  it('moves nothing below it, however long it is', async () => {
    await open();
    const top = () => one('main').getBoundingClientRect().top;
    const before = top();
    for (const text of ['Live', 'Reconnecting … stale since 10:02 PM', 'New version: reload when ready']) {
      one('#badge').textContent = text;
      expect(top(), text).to.equal(before);
    }
    one('#lost').textContent = 'Connection lost. What you typed is kept.';
    expect(top()).to.equal(before);
  });
});
