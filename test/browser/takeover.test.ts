/** The whole script of the page, loaded late: the operator was faster. */
import { expect, waitUntil } from '@open-wc/testing';
import { card, cell, goingOut } from './board-rows.ts';
import { all, expectFocusOn, expectSame, field, one, order, show, textOf, type, warned } from './harness.ts';

/** A socket that never opens: what happens then needs no daemon. */
class SilentSocket extends EventTarget {
  static readonly CONNECTING = 0;
  static readonly OPEN = 1;
  readonly readyState = 0;
  close(): void {}
  send(): void {}
}

describe('the script takes over the page', () => {
  let served: Element[];
  let area: HTMLTextAreaElement;

  before(async () => {
    window.WebSocket = SilentSocket as unknown as typeof WebSocket;
    await show({
      rows: [
        card('a', 1, { prompt: 'Is </script><script>1</script> all right?' }),
        card('b', 2),
        goingOut(card('c', 3)),
        cell(1, 'RUNNING'),
        cell(2, 'DONE'),
      ],
    });
    area = type('a', 'as ever you like');
    area.setSelectionRange(3, 7, 'backward');
    served = all('attention-queue *, process-grid *');
    // The daemon's own entry point, as the page loads it.
    await import('../../client/page/dashboard.ts');
    await Promise.all(all('attention-queue, process-grid').map(drawn));
  });

  it('keeps every node that the server drew', () => {
    const now = all('attention-queue *, process-grid *');
    expect(now.length).to.equal(served.length);
    expect(now.every((node, at) => node === served[at])).to.equal(true);
  });

  it('keeps what was typed, the focus, the caret and the selection', () => {
    expectSame(field('a'), area);
    expectFocusOn(area);
    expect(area.value).to.equal('as ever you like');
    expect([area.selectionStart, area.selectionEnd, area.selectionDirection]).to.eql([3, 7, 'backward']);
  });

  it('finds the data in agreement with the page, and says nothing on the console', () => {
    expect(warned()).to.eql([]);
  });

  it('says on the badge that it is connecting, not that it is live', async () => {
    await waitUntil(() => textOf('#badge') === 'Connecting …', textOf('#badge'));
  });

  it('carries the count in the title', () => {
    expect(document.title).to.match(/^shop — \(2\) Signalbox$/);
    expect(order()).to.eql(['a', 'b']);
    expect(one('#announce').textContent).to.equal('');
  });
});

const drawn = (element: Element): Promise<unknown> =>
  (element as Element & { updateComplete: Promise<unknown> }).updateComplete;
