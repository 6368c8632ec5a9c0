/** The page on which units are added: one of a trusted agent, or those of a plan. */
import { html } from '@lit-labs/ssr';
import { nothing, type TemplateResult } from 'lit';
import type { AgentDefinition } from '../../shared/agent-words.ts';
import { under } from '../../shared/base-path.ts';
import type { Snapshot } from '../../shared/board.ts';
import type { Assets } from './assets.ts';
import { type Drawn, shell } from './document.ts';
import type { Fields } from './forms.ts';
import { plainData } from './page-data.ts';
import { afterBreak } from './text-area.ts';

export interface NewUnitInput {
  readonly assets: Assets;
  /** The project's name. */
  readonly project: string;
  readonly snapshot: Snapshot;
  readonly agents: readonly Pick<AgentDefinition, 'name' | 'phases'>[];
  /** Names of units that one may wait for, to complete what is typed. */
  readonly units: readonly string[];
  /** The branch that work returns to where none is given; null: the one that the project is on. */
  readonly base: string | null;
  /** What was filled in, and why it could not be taken. */
  readonly fields: Fields;
  readonly mistake: Mistake | null;
  readonly now: Date;
}

interface Mistake {
  /** The form that was sent. */
  readonly form: 'unit' | 'plan';
  readonly field: string | null;
  readonly message: string;
}

export function newUnitPage(input: NewUnitInput): string {
  const { assets, now } = input;
  const data = plainData(input, 'New unit');
  const body = html`<main class="one new-unit" data-later><p class="back"><a href="${under('/')}">← All work units</a></p><h2 id="new-heading" tabindex="-1">New unit</h2>${unitForm(input)}${planForm(input)}</main>`;
  return shell({ assets, data, now, body, skipTo: { id: 'new-heading', label: 'Skip to the form' } });
}

const filled = ({ fields }: NewUnitInput, name: string): string => fields.get(name)?.[0] ?? '';

const mistakeIn = ({ mistake }: NewUnitInput, form: Mistake['form']): Mistake | null =>
  mistake?.form === form ? mistake : null;

/** In place kept for it: what can be pressed stays where it is. */
const told = (id: string, mistake: Mistake | null): TemplateResult =>
  html`<div class="told" id="${id}">${mistake === null ? nothing : html`<p class="notice notice-wrong" role="status">${mistake.message}</p>`}</div>`;

function unitForm(input: NewUnitInput): TemplateResult {
  if (input.agents.length === 0) return noAgents;
  const mistake = mistakeIn(input, 'unit');
  const parts: Drawn = [goal(input), agent(input), name(input), order(input), place(input), rare(input)];
  return html`<form class="new" id="new-unit" method="post" action="${under('/new')}"><input type="hidden" name="seen" value="${input.snapshot.seq}">${parts}<div class="choices"><button class="primary">Add unit</button></div>${told('unit-told', mistake)}</form>`;
}

const noAgents = html`<div class="empty"><p>No agent is trusted yet, and this page starts nothing else: whoever took it over could run any program. Name an agent in <code>signalbox.json</code>, look at it, then run <code>signalbox trust</code>.</p><p>Commands are added at the terminal: <code>signalbox add NAME --command "…"</code></p></div>`;

/** What stands in a field besides its value: what is wrong with it. */
const invalid = (input: NewUnitInput, name: string): 'true' | typeof nothing =>
  mistakeIn(input, 'unit')?.field === name ? 'true' : nothing;

function goal(input: NewUnitInput): TemplateResult {
  const words = filled(input, 'goal');
  return html`<div class="field"><label for="new-goal">Goal</label><textarea id="new-goal" name="goal" rows="5" dir="auto" autofocus required maxlength="20000" aria-describedby="goal-hint unit-told" aria-invalid="${invalid(input, 'goal')}">${words === '' ? nothing : afterBreak(words)}</textarea><p class="hint" id="goal-hint">What is to be done, and how one sees that it is. The agent gets these words.</p></div>`;
}

function agent(input: NewUnitInput): TemplateResult {
  const chosen = filled(input, 'agent');
  const options = input.agents.map(
    ({ name, phases }) =>
      html`<option value="${name}" ?selected="${name === chosen}">${name}: ${phases.join(', ')}</option>`,
  );
  return html`<div class="field"><label for="new-agent">Agent</label><select id="new-agent" name="agent" aria-describedby="agent-hint" aria-invalid="${invalid(input, 'agent')}">${options}</select><p class="hint" id="agent-hint">Those that you trust. Commands are added at the terminal, with <code>signalbox add</code>: whoever took over this page must not be able to run any program.</p></div>`;
}

/** One field as wide as a word. */
const short = (input: NewUnitInput, name: string, label: string, hint: string): TemplateResult =>
  html`<div class="field"><label for="new-${name}">${label}</label><input id="new-${name}" name="${name}" autocomplete="off" autocapitalize="none" spellcheck="false" maxlength="200" value="${filled(input, name)}" aria-describedby="${name}-hint unit-told" aria-invalid="${invalid(input, name)}"><p class="hint" id="${name}-hint">${hint}</p></div>`;

const RARE = ['model', 'mode', 'budget_usd'];

/** What most units leave to the project's settings; in sight once it is used, or wrong. */
function rare(input: NewUnitInput): TemplateResult {
  const field = mistakeIn(input, 'unit')?.field ?? '';
  const isUsed = RARE.some((each) => each === field || filled(input, each) !== '');
  return html`<details ?open="${isUsed}"><summary>Model, mode, budget</summary><div class="fields rare">${short(input, 'model', 'Model', 'As the agent calls it. Empty: as signalbox.json says.')}${short(input, 'mode', 'Mode', 'Likewise. One in which nobody is asked must be named there.')}${short(input, 'budget_usd', 'Budget in US dollars', 'You are asked before it costs more.')}</div></details>`;
}

const name = (input: NewUnitInput): TemplateResult =>
  html`<div class="field"><label for="new-chunk">Name</label><input id="new-chunk" name="chunk" autocomplete="off" autocapitalize="none" spellcheck="false" maxlength="63" placeholder="from the goal" value="${filled(input, 'chunk')}" aria-describedby="chunk-hint unit-told" aria-invalid="${invalid(input, 'chunk')}"><p class="hint" id="chunk-hint">Left empty, it is made from the goal. a–z, 0–9, “_” and “-”.</p></div>`;

function order(input: NewUnitInput): TemplateResult {
  const known = input.units.map((chunk) => html`<option value="${chunk}"></option>`);
  const isReviewed = filled(input, 'review') !== '';
  return html`<div class="fields"><div class="field"><label for="new-after">After</label><input id="new-after" name="after" list="new-units" autocomplete="off" autocapitalize="none" spellcheck="false" value="${filled(input, 'after')}" aria-describedby="after-hint unit-told" aria-invalid="${invalid(input, 'after')}"><datalist id="new-units">${known}</datalist><p class="hint" id="after-hint">Units that must be done first, with commas.</p></div><div class="field narrow"><label for="new-priority">Priority</label><input id="new-priority" name="priority" inputmode="numeric" autocomplete="off" placeholder="0" value="${filled(input, 'priority')}" aria-describedby="priority-hint unit-told" aria-invalid="${invalid(input, 'priority')}"><p class="hint" id="priority-hint">Higher goes first.</p></div></div><label class="check"><input type="checkbox" name="review" value="yes" ?checked="${isReviewed}"> <span>Ask me after each phase</span></label>`;
}

function place(input: NewUnitInput): TemplateResult {
  const inPlace = filled(input, 'place') === 'project';
  const base = input.base ?? 'the branch that the project is on';
  return html`<fieldset><legend>Where it works</legend><label class="check"><input type="radio" name="place" value="worktree" ?checked="${!inPlace}"> <span>In a git worktree of its own, where the project is in git</span></label><div class="field within"><label for="new-base">Branch that the work returns to</label><input id="new-base" name="base" autocomplete="off" autocapitalize="none" spellcheck="false" maxlength="250" placeholder="${base}" value="${filled(input, 'base')}" aria-describedby="unit-told" aria-invalid="${invalid(input, 'base')}"></div><label class="check"><input type="radio" name="place" value="project" ?checked="${inPlace}"> <span>In the project’s folder</span></label></fieldset>`;
}

const EXAMPLE = '{"units": [{"chunk": "api", "agent": "claude", "goal": "…", "after": ["schema"]}]}';

function planForm(input: NewUnitInput): TemplateResult {
  const mistake = mistakeIn(input, 'plan');
  const words = filled(input, 'plan');
  return html`<details class="plan" ?open="${mistake !== null}"><summary><h3>A whole plan</h3></summary><form class="new" id="new-plan" method="post" action="${under('/new/plan')}"><input type="hidden" name="seen" value="${input.snapshot.seq}"><p class="hint" id="plan-hint">All of its units are added, or none. Adding it again adds nothing twice. Units with commands and plans above 100 kB: <code>signalbox add --plan FILE</code></p><div class="field file" hidden><label for="plan-file">File</label><input type="file" id="plan-file" accept=".json,application/json"></div><div class="field"><label for="plan-text">Plan, as JSON</label><textarea id="plan-text" name="plan" rows="10" spellcheck="false" required placeholder="${EXAMPLE}" aria-describedby="plan-hint plan-told" aria-invalid="${mistake === null ? nothing : 'true'}">${words === '' ? nothing : afterBreak(words)}</textarea></div><div class="choices"><button class="primary">Add plan</button></div>${told('plan-told', mistake)}</form></details>`;
}
