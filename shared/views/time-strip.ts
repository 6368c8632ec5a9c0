import { html, nothing, type TemplateResult } from 'lit';
import { ageOf } from '../age.ts';
import type { TimeSpan, TimeSpent, TimeUse } from '../detail.ts';

const WIDTH = 720;
const HEIGHT = 24;
const SECOND = 1000;
/** Each use has a height of its own, so that colour is never the only difference. */
const TOP: Readonly<Record<TimeUse, number>> = { waiting: 0, running: 8, blocked: 19 };
const WORDS: Readonly<Record<TimeUse, string>> = {
  running: 'ran',
  waiting: 'waited for you',
  blocked: 'was blocked or queued',
};
const USES = ['running', 'waiting', 'blocked'] as const;

/** The last hours of a unit as a strip, and in words. Nothing, where there is nothing to show. */
export function timeStrip(time: TimeSpent): TemplateResult | typeof nothing {
  const { from, to, spans } = time;
  if (spans.length === 0) return nothing;
  const sums = USES.map((use) => [use, sumOf(spans, use)] as const).filter(([, sum]) => sum > 0);
  const said = sums.map(([use, sum]) => `${WORDS[use]} ${sumWords(sum)}`).join(', ');
  return html`<figure class="strip">
    <svg viewBox="0 0 ${WIDTH} ${HEIGHT}" preserveAspectRatio="none" role="img" aria-label="In the last ${ageOf(lengthOf({ from, to }))} it ${said}."><path class="use-blocked" d=${path(time, 'blocked')}></path><path class="use-running" d=${path(time, 'running')}></path><path class="use-waiting" d=${path(time, 'waiting')}></path></svg>
    <figcaption><span class="ends" aria-hidden="true"><span>${ageOf(lengthOf({ from, to }))} ago</span><span>now</span></span><span class="sums" aria-hidden="true">${sums.map(([use, sum]) => html`<span class="sum sum-${use}">${WORDS[use]} ${sumWords(sum)}</span>`)}</span></figcaption>
  </figure>`;
}

const lengthOf = ({ from, to }: Pick<TimeSpan, 'from' | 'to'>): number => Date.parse(to) - Date.parse(from);

const sumOf = (spans: readonly TimeSpan[], use: TimeUse): number =>
  spans.filter((span) => span.use === use).reduce((sum, span) => sum + lengthOf(span), 0);

/** Less than a second is one. */
const sumWords = (sum: number): string => ageOf(Math.max(SECOND, sum));

/** All stretches of one use as one path; none is too narrow to be seen. */
function path({ from, to, spans }: TimeSpent, use: TimeUse): string {
  const scale = WIDTH / Math.max(1, lengthOf({ from, to }));
  return spans
    .filter((span) => span.use === use)
    .map((span) => {
      const left = Math.min(WIDTH - 1, lengthOf({ from, to: span.from }) * scale);
      const width = Math.max(1, lengthOf(span) * scale);
      return `M${left.toFixed(1)} ${TOP[use]}h${width.toFixed(1)}V${HEIGHT}h-${width.toFixed(1)}z`;
    })
    .join('');
}
