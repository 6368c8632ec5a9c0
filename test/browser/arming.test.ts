/** A card takes an answer when it has been in sight, in a window with the focus, still and unchanged for a moment. */
import { expect } from '@open-wc/testing';
import { ARMING_MS, Arming } from '../../client/elements/arming.ts';

describe('a card', () => {
  let now = 0;
  let arming: Arming;
  let place: HTMLElement;
  let card: HTMLElement;

  beforeEach(() => {
    now = 1000;
    place = document.createElement('div');
    card = document.createElement('article');
    card.className = 'card';
    card.append('Which?', version('1'));
    place.append(card);
    document.body.append(place);
    arming = new Arming(() => now);
    arming.start(place);
  });
  afterEach(() => {
    arming.stop();
    place.remove();
  });

  function version(value: string): HTMLInputElement {
    const input = document.createElement('input');
    input.name = 'version';
    input.value = value;
    return input;
  }
  const waits = (ms: number) => {
    now += ms;
  };

  it('is not armed when it has only just come, and is a moment later', () => {
    expect(arming.isArmed(card)).to.equal(false);
    waits(ARMING_MS - 1);
    expect(arming.isArmed(card)).to.equal(false);
    waits(1);
    expect(arming.isArmed(card)).to.equal(true);
  });

  it('is not armed when it has moved', () => {
    waits(ARMING_MS);
    expect(arming.isArmed(card)).to.equal(true);
    place.style.marginTop = '40px';
    expect(arming.isArmed(card)).to.equal(false);
    waits(ARMING_MS);
    expect(arming.isArmed(card)).to.equal(true);
  });

  it('is not armed when what it asks has changed', () => {
    waits(ARMING_MS);
    card.querySelector('input')?.replaceWith(version('2'));
    expect(arming.isArmed(card)).to.equal(false);
    waits(ARMING_MS);
    expect(arming.isArmed(card)).to.equal(true);
  });

  it('is not armed when another has taken its place', () => {
    waits(ARMING_MS);
    const other = card.cloneNode(true) as HTMLElement;
    card.replaceWith(other);
    expect(arming.isArmed(other)).to.equal(false);
    expect(arming.isArmed(card)).to.equal(false);
  });

  it('is not armed out of sight', () => {
    place.style.position = 'absolute';
    place.style.top = `${innerHeight + 100}px`;
    arming.isArmed(card);
    waits(ARMING_MS);
    expect(arming.isArmed(card)).to.equal(false);
  });

  it('is not armed when the window has only just got the focus back', () => {
    waits(ARMING_MS);
    dispatchEvent(new Event('blur'));
    dispatchEvent(new Event('focus'));
    expect(arming.isArmed(card)).to.equal(false);
    waits(ARMING_MS);
    expect(arming.isArmed(card)).to.equal(true);
  });

  it('that nobody looks at any more is not armed', () => {
    waits(ARMING_MS);
    arming.stop();
    expect(arming.isArmed(card)).to.equal(false);
  });
});
