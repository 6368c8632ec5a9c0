/** The dependency picture, alive: what a unit sets free is brought out under pointer and focus, and changes come by themselves. */
import type { PageData } from '../../shared/page-data.ts';
import type { Connection } from '../link/connection.ts';

const LOOK_MS = 2000;
const MARGIN = 12;
/** What is drawn anew. The part that scrolls stays. */
const PARTS = ['graph-drawing', 'graph-facts', 'graph-others'];

export function keepGraph(connection: Connection): void {
  const graph = document.querySelector<HTMLElement>('.graph');
  if (!graph) return;
  for (const type of ['pointerover', 'focusin']) graph.addEventListener(type, bringOut);
  for (const type of ['pointerleave', 'focusout']) graph.addEventListener(type, () => show(graph, null));
  const scene = graph.querySelector('.scene');
  if (scene) begin(scene);
  keepTrue(connection);
}

/** The corner of a large picture may be empty: then it is scrolled to where it begins. */
function begin(scene: Element): void {
  const frame = scene.getBoundingClientRect();
  const isSeen = (node: Element) => {
    const { left, top } = node.getBoundingClientRect();
    return top < frame.bottom && left < frame.right;
  };
  const first = document.getElementById('graph-first');
  if (!first || [...scene.querySelectorAll('.node')].some(isSeen)) return;
  const { left, top } = first.getBoundingClientRect();
  scene.scrollBy(left - frame.left - MARGIN, top - frame.top - frame.height / 3);
}

function bringOut({ target, currentTarget }: Event): void {
  const node = target instanceof Element ? target.closest<SVGElement>('[data-at]') : null;
  if (currentTarget instanceof Element) show(currentTarget, node?.dataset.at ?? null);
}

/** Null: as the page was drawn. */
function show(graph: Element, at: string | null): void {
  if (graph.querySelector('.node.here')) return;
  const edges = [...graph.querySelectorAll<SVGElement>('.edge')];
  const freed = at === null ? new Set<string>() : freedBy(at, edges);
  for (const node of graph.querySelectorAll<SVGElement>('.node'))
    node.classList.toggle('lit', freed.has(node.dataset.at ?? '') && node.dataset.at !== at);
  for (const edge of edges)
    edge.classList.toggle(
      'lit',
      ends(edge.dataset.from).some((each) => freed.has(each)),
    );
}

/** The unit and all that wait for it, directly or not. */
function freedBy(at: string, edges: readonly SVGElement[]): Set<string> {
  const next = new Map<string, string[]>();
  for (const { dataset } of edges)
    for (const from of ends(dataset.from)) next.set(from, [...(next.get(from) ?? []), ...ends(dataset.to)]);
  const freed = new Set([at]);
  for (const each of freed) for (const to of next.get(each) ?? []) freed.add(to);
  return freed;
}

/** A line may end at a block of several units. */
const ends = (places = ''): string[] => places.split(',');

/** Asks whether something has happened, and takes the parts of the page as they are then. */
function keepTrue({ client }: Connection): void {
  const drawn = JSON.parse(document.getElementById('page-data')?.textContent ?? '') as PageData;
  let { seq } = drawn.snapshot;
  setInterval(async () => {
    if (document.hidden) return;
    try {
      const now = await client.status.query(undefined, { signal: AbortSignal.timeout(LOOK_MS) });
      if (now.seq !== seq) await redraw();
      seq = now.seq;
    } catch {
      // The badge says that there is no connection.
    }
  }, LOOK_MS);
}

async function redraw(): Promise<void> {
  const fresh = await pageNow();
  const focused = document.activeElement?.getAttribute('href');
  for (const id of PARTS) {
    const part = fresh.getElementById(id);
    if (part) document.getElementById(id)?.replaceWith(document.importNode(part, true));
  }
  if (!focused || document.activeElement !== document.body) return;
  const again = document.querySelector<SVGElement>(`.graph a[href="${CSS.escape(focused)}"]`);
  (again ?? document.querySelector<HTMLElement>('.scene, #graph-heading'))?.focus();
}

/** The page as the daemon draws it; its scripts do not run. */
function pageNow(): Promise<Document> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open('GET', location.href);
    request.responseType = 'document';
    request.onload = () => (request.response ? resolve(request.response as Document) : reject());
    request.onerror = reject;
    request.send();
  });
}
