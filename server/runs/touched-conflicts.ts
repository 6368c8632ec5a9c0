import type { Judgement } from '../../shared/conflict-words.ts';
import type { WorkUnit } from '../../shared/words.ts';
import { DAEMON } from '../domain/actors.ts';
import { reportConflict } from '../domain/commands/conflicts.ts';
import { Refusal } from '../domain/refusal.ts';
import { isUnderWay } from '../domain/serial-order.ts';
import type { State } from '../domain/state.ts';
import type { Store } from '../store/store.ts';
import { newId } from '../system/new-id.ts';
import { conflictHunks } from '../work/conflict-hunks.ts';
import { type CheckedPair, checkPairs } from '../work/merge-tree.ts';
import { findRepository, type Repository } from '../work/repository.ts';
import { overlapsAmong, touchedFiles } from '../work/touched-files.ts';
import { conflictLines, type SideNames } from './conflict-lines.ts';

/** A unit under way with what it has changed so far. */
interface Touching {
  readonly work: WorkUnit;
  readonly from: string;
  readonly commit: string;
}

/** Finds out, from what was really changed, which units under way do not merge with one another. */
export class TouchedConflicts {
  readonly #store: Store;
  readonly #project: string;
  /** By snapshot. */
  readonly #files = new Map<string, ReadonlySet<string>>();
  /** Pairs of snapshots that were looked at. */
  readonly #checked = new Set<string>();
  /** The units as of the last look: while none has changed, there is nothing to find. */
  #looked: State['works'] | null = null;

  constructor(store: Store, project: string) {
    this.#store = store;
    this.#project = project;
  }

  /** Looks at the pairs of which at least one has changed since the last look. Throws `WorkRefused`. */
  async look(): Promise<void> {
    const { works } = this.#store.state;
    if (works === this.#looked) return;
    const units = touchingIn(this.#store.state);
    this.#forgetOthers(units);
    if (units.length >= 2 && this.#isNews(units)) await this.#lookAt(units);
    this.#looked = works;
  }

  async #lookAt(units: readonly Touching[]): Promise<void> {
    const repository = await findRepository(this.#project);
    const touched = await Promise.all(
      units.map(async (unit, at) => ({ id: String(at), files: await this.#touchedBy(repository, unit) })),
    );
    const pairs = overlapsAmong(touched).flatMap(({ ids: [a, b] }) => {
      const [ours, theirs] = [units[Number(a)], units[Number(b)]];
      return ours && theirs && !this.#checked.has(pairOf(ours, theirs)) ? [{ ours, theirs }] : [];
    });
    const asked = pairs.map(({ ours, theirs }, at) => ({
      id: String(at),
      ours: ours.commit,
      theirs: theirs.commit,
    }));
    for (const answer of await checkPairs(repository, asked)) {
      const pair = pairs[Number(answer.id)];
      if (pair) await this.#report(repository, pair.ours, pair.theirs, answer);
    }
    for (const [a, b] of everyPair(units)) this.#checked.add(pairOf(a, b));
  }

  #isNews(units: readonly Touching[]): boolean {
    return everyPair(units).some(([a, b]) => !this.#checked.has(pairOf(a, b)));
  }

  async #touchedBy(repository: Repository, unit: Touching): Promise<ReadonlySet<string>> {
    const known = this.#files.get(unit.commit);
    const files = known ?? (await touchedFiles(repository, unit.from, unit.commit));
    this.#files.set(unit.commit, files);
    return files;
  }

  async #report(
    repository: Repository,
    ours: Touching,
    theirs: Touching,
    answer: CheckedPair,
  ): Promise<void> {
    const [chunk, other_chunk] = [ours.work.unit.chunk, theirs.work.unit.chunk];
    const sides = { ours: chunk, theirs: other_chunk };
    const finding = answer.clean ? MERGES : await conflictOf(repository, answer, sides);
    const key = newId();
    try {
      await this.#store.commit(DAEMON, (state) =>
        reportConflict(state, { chunk, other_chunk, ...finding }, key),
      );
    } catch (error) {
      // One of them is over meanwhile.
      if (!(error instanceof Refusal)) throw error;
    }
  }

  /** What is over is not looked at again. */
  #forgetOthers(units: readonly Touching[]): void {
    const commits = new Set(units.map(({ commit }) => commit));
    for (const commit of this.#files.keys()) if (!commits.has(commit)) this.#files.delete(commit);
    for (const pair of this.#checked)
      if (!pair.split(' ').every((commit) => commits.has(commit))) this.#checked.delete(pair);
  }
}

function touchingIn(state: State): Touching[] {
  return [...state.works].flatMap((work) => {
    const { snapshot, end } = work.unit.work ?? {};
    if (!snapshot || snapshot.files === 0 || end || !isUnderWay(work)) return [];
    return [{ work, from: snapshot.from, commit: snapshot.commit }];
  });
}

const everyPair = <T>(all: readonly T[]): [T, T][] =>
  all.flatMap((one, at) => all.slice(at + 1).map((other): [T, T] => [one, other]));

const pairOf = (a: Touching, b: Touching): string => [a.commit, b.commit].sort().join(' ');

const MERGES: Judgement = {
  verdict: 'INDEPENDENT',
  confidence: 1,
  code: 'changed-files',
  text: '',
  overlapping_files: [],
  overlapping_symbols: [],
  overlapping_lines: '',
};

/** Events hold it, one for each of the two. */
const LINES = { lines: 80, characters: 4000 };

async function conflictOf(
  repository: Repository,
  { tree, files }: CheckedPair,
  sides: SideNames,
): Promise<Judgement> {
  const found = await conflictHunks(repository, tree, files);
  const symbols = found.flatMap(({ hunks }) => hunks.map(({ section }) => section));
  return {
    verdict: 'ASK_OPERATOR',
    confidence: 1,
    code: 'git-conflicts',
    text: '',
    overlapping_files: files.map(({ path }) => path),
    overlapping_symbols: [...new Set(symbols)].filter((name) => name !== ''),
    overlapping_lines: conflictLines(found, sides, LINES),
  };
}
