/** Draws samples as an SVG: one line for each measure, a thin line down for each kill of the daemon. */
import { MEASURE_WORDS, MEASURES, type Measure, type Sample } from './samples.ts';

const [WIDTH, HEIGHT, LEFT, GAP] = [900, 150, 60, 50];

export function picture(samples: readonly Sample[]): string {
  const last = Math.max(1, samples.at(-1)?.at ?? 1);
  const x = (at: number) => LEFT + (at / last) * (WIDTH - LEFT - 20);
  const parts = MEASURES.map((measure, nth) => chart(samples, measure, x, GAP + nth * (HEIGHT + GAP)));
  const height = GAP + MEASURES.length * (HEIGHT + GAP);
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" height="${height}" font-family="sans-serif" font-size="12">`,
    `<rect width="${WIDTH}" height="${height}" fill="white"/>`,
    ...parts,
    `<text x="${WIDTH - 20}" y="${height - 12}" text-anchor="end">${(last / 60).toFixed(0)} min</text>`,
    '</svg>\n',
  ].join('\n');
}

function chart(samples: readonly Sample[], measure: Measure, x: (at: number) => number, top: number): string {
  const most = Math.max(1, ...samples.map((sample) => sample[measure]));
  const y = (value: number) => (top + HEIGHT - (value / most) * HEIGHT).toFixed(1);
  const points = samples.map((sample) => `${x(sample.at).toFixed(1)},${y(sample[measure])}`).join(' ');
  const kills = samples.filter(({ life }, nth) => nth > 0 && life !== samples[nth - 1]?.life);
  return [
    `<text x="${LEFT}" y="${top - 8}" font-weight="bold">${MEASURE_WORDS[measure]}</text>`,
    `<text x="${LEFT - 6}" y="${top + 10}" text-anchor="end">${most.toFixed(0)}</text>`,
    `<text x="${LEFT - 6}" y="${top + HEIGHT}" text-anchor="end">0</text>`,
    `<path d="M${LEFT} ${top}V${top + HEIGHT}H${WIDTH - 20}" fill="none" stroke="#888"/>`,
    ...kills.map(({ at }) => `<path d="M${x(at).toFixed(1)} ${top}v${HEIGHT}" stroke="#ddd"/>`),
    `<polyline points="${points}" fill="none" stroke="#0b5fad" stroke-width="1.5"/>`,
  ].join('\n');
}
