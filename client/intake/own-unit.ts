/** What an agent tells of its own unit, and reads of it. */
import type { Detail, ItemLine } from '../../shared/detail.ts';
import { type Daemon, overHttp, untilSaid } from '../daemon/daemon-client.ts';
import type { DaemonAddress, OnBehalfOf } from './ask.ts';
import { textIn, WrongInput } from './mcp-tools.ts';

type Given = Readonly<Record<string, unknown>>;

const MESSAGE_LENGTH = 2000;
const WORDS_LENGTH = 20_000;

/** Calls that end soon: a person waits for none of them. They throw `WrongInput`, or what the daemon says. */
export class OwnUnit {
  readonly #connection: DaemonAddress;
  readonly #asker: () => Promise<OnBehalfOf>;

  /** `asker` may make the unit where a person has started the agent by hand. */
  constructor(connection: DaemonAddress, asker: () => Promise<OnBehalfOf>) {
    this.#connection = connection;
    this.#asker = asker;
  }

  async notify({ message }: Given, over: AbortSignal): Promise<string> {
    await this.#tell(textIn(message, 'message', MESSAGE_LENGTH, 'say something'), over);
    return 'Told. Go on: there will be no answer.';
  }

  async report(input: Given, over: AbortSignal): Promise<string> {
    const what = whatIn(input);
    const words =
      input.words === undefined ? '' : textIn(input.words, 'words', WORDS_LENGTH, 'say something');
    if (what === 'progress') return this.#progressed(input.phase, words, over);
    const { external, chunk } = await this.#detail(over);
    if (!external)
      throw new WrongInput(
        `what: ${chunk} is run by Signalbox, so the end of this run says whether it is done. End with exit code 0, or with another one where the work failed; here, report progress.`,
      );
    const all = what === 'finished';
    await this.#say(over, (calls, signal) =>
      calls.units.report.mutate({ chunk, what, all, words }, { signal }),
    );
    return all ? 'Reported: the work is done.' : 'Reported: the person is asked what now.';
  }

  async #progressed(phase: unknown, words: string, over: AbortSignal): Promise<string> {
    if (phase === undefined && words === '')
      throw new WrongInput('words: say how far it is, or give a phase.');
    if (words.length > MESSAGE_LENGTH)
      throw new WrongInput(`words: of progress at most ${MESSAGE_LENGTH} characters, not ${words.length}.`);
    if (phase !== undefined) {
      const { chunk } = await this.#asker();
      const report = {
        chunk,
        what: 'progressed',
        phase: textIn(phase, 'phase', 63, 'say which one'),
      } as const;
      await this.#say(over, (calls, signal) => calls.units.report.mutate(report, { signal }));
    }
    if (words !== '') await this.#tell(words, over);
    return 'Reported.';
  }

  async look(over: AbortSignal): Promise<string> {
    return unitText(await this.#detail(over));
  }

  async #tell(said: string, over: AbortSignal): Promise<void> {
    const { chunk, run } = await this.#asker();
    const live = run ?? (await this.#detail(over)).live;
    if (live === null) throw new Error(`${chunk} is not at work: nobody would read it.`);
    await this.#say(over, (calls, signal) => calls.runs.note.mutate({ chunk, run: live, said }, { signal }));
  }

  async #detail(over: AbortSignal): Promise<Detail> {
    const { chunk } = await this.#asker();
    return this.#say(over, (calls, signal) => calls.unit.query({ chunk }, { signal }));
  }

  #say<T>(over: AbortSignal, send: (calls: Daemon, signal: AbortSignal) => Promise<T>): Promise<T> {
    const { socketPath, caller, onSilence } = this.#connection;
    return untilSaid((signal) => send(overHttp(socketPath, caller), signal), { over, onSilence });
  }
}

function whatIn({ what }: Given): 'progress' | 'finished' | 'failed' {
  if (what === 'progress' || what === 'finished' || what === 'failed') return what;
  throw new WrongInput('what: one of progress, finished, failed.');
}

function unitText({ chunk, title, goal, status, why, steps, items }: Detail): string {
  const phases = steps.map(({ phase }) => phase);
  const current = steps.find(({ state }) => state === 'current')?.phase;
  const asked = items.filter(({ kind }) => kind === 'question' || kind === 'decision');
  return [
    `unit: ${chunk}`,
    ...(title === '' ? [] : [`title: ${title}`]),
    ...(goal === '' ? [] : [`goal: ${goal}`]),
    `status: ${status}${why === '' ? '' : ` (${why})`}`,
    ...(current === undefined ? [] : [`phase: ${current}, of ${phases.join(', ')}`]),
    ...(asked.length === 0 ? ['You have asked nothing yet.'] : ['asked so far:', ...asked.map(itemText)]),
  ].join('\n');
}

function itemText({ prompt, state, said, withdrawn_why }: ItemLine): string {
  const end = {
    open: 'not answered yet',
    snoozed: 'not answered yet',
    'going-out': 'not answered yet',
    answered: `answered: ${said}`,
    withdrawn: `withdrawn: ${withdrawn_why}`,
  };
  return `- ${prompt}\n  ${end[state]}`;
}
