/** The page of the settings: what is in force, what each does, and a form for each group. */
import { html } from '@lit-labs/ssr';
import { nothing, type TemplateResult } from 'lit';
import { under } from '../../shared/base-path.ts';
import { KEYS } from '../../shared/keys.ts';
import type { NotifyFacts } from '../../shared/notify-words.ts';
import type { Settings } from '../../shared/settings-words.ts';
import { keysList } from '../../shared/views/keys-list.ts';
import { type Drawn, type ShellInput, shell, signOutForm } from './document.ts';
import { notifySection } from './notify-section.ts';
import type { FormError } from './page.ts';

export interface SettingsInput extends Omit<ShellInput, 'body' | 'skipTo'> {
  readonly settings: Settings;
  /** What was typed and could not be taken, by the name of the field. */
  readonly typed: ReadonlyMap<string, string>;
  readonly formError: FormError | undefined;
  /** Whether a session let this browser in, which it can end. */
  readonly isSignedIn: boolean;
  /** null: this caller is not told. */
  readonly notify: NotifyFacts | null;
}

interface Field {
  readonly name: keyof Settings;
  readonly label: string;
  readonly unit: string;
  readonly help: string;
}

const field = (name: keyof Settings, label: string, unit: string, help: string): Field => ({
  name,
  label,
  unit,
  help,
});

const GROUPS: readonly (readonly [heading: string, fields: readonly Field[]])[] = [
  [
    'Work',
    [
      field(
        'max_agents',
        'Runs at the same time',
        'runs',
        'A run that waits for you takes no place. 0: nothing new starts.',
      ),
      field(
        'output_mib',
        'Longest output of a run',
        'MiB',
        'A run that prints more is stopped, and its unit needs you.',
      ),
      field(
        'day_budget_usd',
        'Cost of a day',
        'US dollars',
        'When agents have reported as much since midnight UTC, you are asked before a unit of an agent goes on. 0: you are not.',
      ),
    ],
  ],
  [
    'Your queue',
    [
      field(
        'undo_seconds',
        'Time to undo an answer',
        'seconds',
        'An answer from a page goes out after this time. 0: at once.',
      ),
      field(
        'weight',
        'Weight of the longest chain',
        'per unit',
        'The queue is ordered by how many units wait, plus this for each unit of the longest chain of them.',
      ),
      field(
        'ask_above',
        'Files in common from which you are asked',
        'share, 0 to 1',
        'Two units that declare paths with a larger share of common files do not start together unasked.',
      ),
    ],
  ],
  [
    'What is kept',
    [
      field(
        'keep_days',
        'Output of done units, for',
        'days',
        'Then what their runs printed is deleted. Questions, answers and history stay.',
      ),
      field('keep_mib', 'Output of done units, at most', 'MiB', 'The oldest is deleted first.'),
      field(
        'keep_worktrees_days',
        'Worktrees of done units, for',
        'days',
        'Then the folder is removed. Its last state stays in the repository, under a ref, and can be restored.',
      ),
      field(
        'archive_days',
        'Done units on the dashboard, for',
        'days',
        'Then they are archived: found by a search, and on their own page with all answers and runs. 0: never.',
      ),
    ],
  ],
];

/** The page. Complete without script. */
export function settingsPage(input: SettingsInput): string {
  const { formError } = input;
  const body: Drawn = html`<main class="one settings" data-later><p class="back"><a href="${under('/')}">← All work units</a></p><h2 id="settings-heading" tabindex="-1">Settings</h2><p class="aside">They count for this project, from the next decision on. “signalbox config” shows and changes the same.</p>${alertOf(formError)}${numbersForm(input)}${notifications(input)}${accessSection(input)}${fileSection(input)}${KEYS_SECTION}</main>`;
  return shell({ ...input, body, skipTo: SKIP });
}

/** Script puts the switch that turns them off in its place: it is remembered by the browser. */
const KEYS_SECTION = html`<section aria-labelledby="keys"><h3 id="keys" tabindex="-1">Keys</h3><p class="aside">With script, and while you do not type, these keys do something. A screen reader that takes single keys for itself keeps them.</p>${keysList(KEYS)}<div id="keys-switch"></div></section>`;

const SKIP = { id: 'settings-heading', label: 'Skip to the settings' };

const alertOf = (formError: FormError | undefined): Drawn =>
  formError ? html`<div class="trouble" role="status"><p>${formError.notice.message}</p></div>` : nothing;

function numbersForm(input: SettingsInput): TemplateResult {
  const groups = GROUPS.map(
    ([heading, fields]) =>
      html`<fieldset><legend>${heading}</legend>${fields.map((each) => row(input, each))}</fieldset>`,
  );
  return html`<form class="numbers" method="post" action="${under('/config')}">${groups}<button class="primary">Save</button></form>`;
}

/** What was typed stays, also where it was refused. */
function row(
  { settings, typed, formError }: SettingsInput,
  { name, label, unit, help }: Field,
): TemplateResult {
  const value = typed.get(name) ?? String(settings[name]);
  const wrong = formError?.notice.field === name ? 'true' : nothing;
  return html`<div class="setting"><label for="set-${name}">${label}</label><span class="amount"><input id="set-${name}" name="${name}" inputmode="decimal" autocomplete="off" size="8" aria-describedby="help-${name}" aria-invalid=${wrong} value="${value}"> <span class="unit">${unit}</span></span><p class="aside" id="help-${name}">${help}</p></div>`;
}

const notifications = ({ notify, typed, data }: SettingsInput): Drawn =>
  notify === null ? nothing : notifySection({ facts: notify, typed, zone: data.zone });

function accessSection({ isSignedIn }: SettingsInput): TemplateResult {
  const out = isSignedIn
    ? signOutForm()
    : html`<p class="aside">Nobody signs in here: Signalbox was started with --no-auth.</p>`;
  return html`<section aria-labelledby="access-heading"><h3 id="access-heading">Access</h3><p class="aside">Tokens, pages that embed this one, and limits are set at a terminal alone: signalbox token, origin, limits.</p>${out}</section>`;
}

const fileSection = ({ notify }: SettingsInput): Drawn =>
  notify === null
    ? nothing
    : html`<section aria-labelledby="file-heading"><h3 id="file-heading">Your own file</h3><p class="aside">What stands in <code>${notify.file}</code> counts for all your projects at their next start, before what is set here.</p></section>`;
