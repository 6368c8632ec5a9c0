/** Writes a database of today as schema 11 kept it. Its sentences are history: nothing that is worded anew changes them. */
import type Sqlite from 'better-sqlite3';
import type { ConflictReason, Disagreement } from '../../shared/conflict-words.ts';
import type { DaemonQuestion, Rival } from '../../shared/daemon-questions.ts';
import type { Change } from '../../shared/events.ts';
import type { Item } from '../../shared/item-words.ts';
import type { NeverBegan, Overridden } from '../../shared/reason-words.ts';
import type { Outcome } from '../../shared/words.ts';

type Facts = Record<string, unknown>;

const TOO_LONG = 'has more than 128 KiB, the most that a program takes in one argument';

/** What schema 11 said in `detail`. */
export function detailOf(reason: NeverBegan): string {
  if (reason.code === 'worktree') throw new Error('schema 11 had no such code');
  const { code, detail } = reason;
  const said = {
    'answers-too-long': `with your answers ${detail} ${TOO_LONG}`,
    'argument-too-long': `${detail} ${TOO_LONG}`,
    'prompt-file-missing': `the prompt file ${detail} is not there`,
    'prompt-file-outside': `the prompt file ${detail} leads out of the project`,
    'prompt-file-too-large': `the prompt file ${detail} is no file of at most 128 KiB`,
  };
  return code in said ? said[code as keyof typeof said] : detail;
}

const KEPT = ['wrapper-ended', 'agent-not-trusted', 'cannot-start', 'answers-too-long'];
export function outcomeOf(outcome: Outcome | null): unknown {
  if (outcome?.exit !== 'never-began') return outcome;
  const code = KEPT.includes(outcome.code) ? outcome.code : 'cannot-start';
  return { exit: 'never-began', code, detail: detailOf(outcome) };
}

function reasonOf({ code, text }: ConflictReason, files: number): string {
  switch (code) {
    case 'reported':
      return text;
    case 'operator':
      return 'decided by the operator';
    case 'declared-files':
      return files === 1 ? 'both declare the same file' : `both declare ${files} of the same files`;
    case 'changed-files':
      return 'both changed the same files, and git merges them';
    case 'git-conflicts':
      return files === 1 ? 'git finds a conflict in a file' : `git finds conflicts in ${files} files`;
  }
}

/** With the reason in words, in the place of its code. */
function judgement<Found extends Disagreement>(found: Found): Facts {
  const { code, text, ...more } = found;
  return { ...more, reason: reasonOf({ code, text }, found.overlapping_files.length) };
}
function noted(found: Disagreement): Facts {
  const { overlapping_files: _, ...more } = judgement(found);
  return more;
}

/** What a report overrode: only the words are kept by the step to schema 11. */
const overridden = ({ why }: Overridden): string => (why?.code === 'earlier' ? why.text : 'question');

type Asked = Pick<Item, 'phase' | 'run' | 'about'>;
const TEXT = { multiple: false, allows_text: true };
const option = (id: string) => ({ id, label: `Label of ${id}`, description: '' });

/** What schema 11 kept of what the daemon asks. */
function asking({ phase, run, about }: Asked): Facts {
  if (about === undefined) return {};
  const lines = (text: string) => (text === '' ? [] : [{ label: 'Last lines', text }]);
  if ('shown' in about) return { ...about.shown, ...TEXT, code: about.code };
  switch (about.code) {
    case 'phase-review': {
      const prompt = `${phase} is finished. Do you agree?`;
      return { prompt, context: lines(about.lines), options: [option('approve')], ...TEXT };
    }
    case 'run-ended': {
      const isTooLong = about.outcome.exit === 'never-began' && about.outcome.code === 'answers-too-long';
      const options = [option('retry'), option('close')];
      const code = isTooLong ? { code: 'answers-too-long' } : {};
      const refused = about.refused.map(({ tool }) => tool).join();
      const context = [
        ...(refused === '' ? [] : [{ label: 'Refused', text: refused }]),
        ...lines(about.lines),
      ];
      return { prompt: `Run ${run} ended somehow. What now?`, context, options, ...TEXT, ...code };
    }
    case 'run-late': {
      const prompt = `Run ${run} has been at work for more than ${about.seconds} s. What now?`;
      return { prompt, context: [], options: [option('wait')], multiple: false, allows_text: false };
    }
    case 'rivals':
      return {
        prompt: `${about.chunk} may be in the way of others. May they be at work at the same time?`,
        context: about.rivals.map(finding),
        options: [option('serialize')],
        multiple: false,
        allows_text: false,
        rivals: about.rivals.map(({ unit }) => unit),
      };
    default:
      throw new Error(`schema 11 kept no fields of ${about.code}`);
  }
}

const finding = ({ chunk, file_count, confidence, files, symbols, ...reason }: Rival) => ({
  label: chunk,
  text: [`${reasonOf(reason, file_count)} (confidence ${confidence.toFixed(2)})`, ...files, ...symbols].join(
    '\n',
  ),
});

function earlier({ type, data }: Change, asked: ReadonlyMap<string, Asked>): Facts {
  switch (type) {
    case 'run.started':
      return { ...data, ...(data.override && { override: overridden(data.override) }) };
    case 'run.ended':
      return { ...data, outcome: outcomeOf(data.outcome) };
    case 'conflict.judged':
      return judgement(data);
    case 'conflict.noted':
      return noted(data);
    case 'item.asked': {
      const { about, ...more } = data;
      return { ...more, ...asking({ ...data, about: about as DaemonQuestion }) };
    }
    case 'item.changed': {
      const { about, ...more } = data;
      const { code: _, ...words } = asking({
        phase: '',
        run: 0,
        ...asked.get(data.id),
        about: about as DaemonQuestion,
      });
      return { ...more, ...words };
    }
    default:
      return { ...data };
  }
}

export function asSchema11(sqlite: Sqlite.Database): void {
  sqlite.exec('drop table packs; drop table pack_units');
  sqlite.exec('drop table executors; drop table archive; drop table archive_sums; drop index items_of_unit');
  const rows = (query: string) => sqlite.prepare(query).all() as Record<string, string>[];
  const put = (query: string, facts: unknown, ...where: unknown[]) =>
    sqlite.prepare(query).run(JSON.stringify(facts), ...where);
  const items = rows('select id, facts from items').map(({ facts = '' }) => JSON.parse(facts) as Item);
  const asked = new Map(items.map((item) => [item.id, item]));
  for (const { seq, type, data = '' } of rows('select seq, type, data from events'))
    put(
      'update events set data = ? where seq = ?',
      earlier({ type, data: JSON.parse(data) } as Change, asked),
      seq,
    );
  for (const { unit, number, facts = '' } of rows('select unit, number, facts from runs')) {
    const run = JSON.parse(facts);
    const old = { ...run, outcome: outcomeOf(run.outcome) };
    put('update runs set facts = ? where unit = ? and number = ?', old, unit, number);
  }
  for (const { unit, other, facts = '' } of rows('select unit, other, facts from conflicts')) {
    const conflict = JSON.parse(facts);
    const old = { ...judgement(conflict), noted: conflict.noted && noted(conflict.noted) };
    put('update conflicts set facts = ? where unit = ? and other = ?', old, unit, other);
  }
  for (const item of items) {
    const { about, ...more } = item;
    const old = { code: null, rivals: [], ...more, ...asking(item) };
    put('update items set facts = ? where id = ?', old, item.id);
  }
  sqlite.pragma('user_version = 11');
}

/** A value without what schema 11 did not keep: the fields of what was overridden, and which files an analysis noted. */
export const withoutLost = (value: unknown): unknown =>
  JSON.parse(JSON.stringify(value), (name, each) => {
    if (name === 'noted' && each !== null) return { ...each, overlapping_files: [] };
    if (each?.type === 'conflict.noted') return { ...each, data: { ...each.data, overlapping_files: [] } };
    return name === 'override' ? 'overridden' : each;
  });
