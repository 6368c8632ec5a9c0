/** The notifications on the page of the settings: what is set up, what became of the last message, when and of what. */
import { html } from '@lit-labs/ssr';
import { nothing, type TemplateResult } from 'lit';
import { under } from '../../shared/base-path.ts';
import { ITEM_KINDS } from '../../shared/item-words.ts';
import { quietText, receiptWords } from '../../shared/notify-sentences.ts';
import {
  ARRIVED,
  type ChannelFacts,
  type LastTried,
  type NotifyChannel,
  type NotifyFacts,
  type NotifyPolicy,
} from '../../shared/notify-words.ts';
import { localText } from '../../shared/views/when.ts';
import type { Drawn } from './document.ts';

export interface NotifyInput {
  readonly facts: NotifyFacts;
  /** What was typed and could not be taken, by `CHANNEL.FIELD`. */
  readonly typed: ReadonlyMap<string, string>;
  /** The offset from UTC, in minutes. */
  readonly zone: number;
}

const HEADINGS: Readonly<Record<NotifyChannel, string>> = {
  desktop: 'This browser, and others that are signed in',
  webhook: 'Webhook',
  command: 'Command',
};
const EXAMPLES: Readonly<Record<Exclude<NotifyChannel, 'desktop'>, string>> = {
  webhook: '{"notify": {"webhook": {"url": "https://ntfy.sh/your-topic"}}}',
  command:
    '{"notify": {"command": ["sh", "-c", "notify-send -- \\"$SIGNALBOX_TITLE\\" \\"$SIGNALBOX_MESSAGE\\""]}}',
};

export function notifySection({ facts, typed, zone }: NotifyInput): TemplateResult {
  const problem =
    facts.problem === null
      ? nothing
      : html`<p class="trouble" role="note">${facts.problem} What it said before counts.</p>`;
  const channels = facts.channels.map((channel) => channelPart(channel, facts, typed, zone));
  return html`<section class="notify" aria-labelledby="notify-heading"><h3 id="notify-heading">Notifications</h3><p class="aside">How you hear of new items while no page of this project is visible. What you answer, or somebody withdraws, before a message goes out is not told.</p>${problem}${channels}</section>`;
}

function channelPart(
  facts: ChannelFacts,
  { file }: NotifyFacts,
  typed: NotifyInput['typed'],
  zone: number,
): TemplateResult {
  const { channel, target, last } = facts;
  const id = `notify-${channel}`;
  const body =
    channel !== 'desktop' && target === null
      ? html`<p class="aside">Not set up. What is sent where stands in your own file alone, <code>${file}</code>, readable for you alone:</p><pre tabindex="0" role="region" aria-label="Example of ${channel}">${EXAMPLES[channel]}</pre>`
      : [
          channel === 'desktop'
            ? DESKTOP
            : html`<p>Goes to <code>${target}</code>, as your own file says.</p>`,
          html`<div class="tried">${lastLine(last, zone)}${testForm(channel)}</div>`,
          policyForm(facts, typed),
        ];
  return html`<section class="channel" id="${id}" aria-labelledby="${id}-heading"><h4 id="${id}-heading">${HEADINGS[channel]}</h4>${body}</section>`;
}

/** The script puts the switch of this browser here: whether it may show notifications is known to it alone. */
const DESKTOP = html`<div id="this-browser" class="tried"><p class="aside">The page’s script switches here whether this browser shows notifications, while a page of this project is open in a tab.</p></div>`;

function lastLine(last: LastTried | null, zone: number): Drawn {
  if (last === null) return html`<p class="last aside">Nothing was sent yet.</p>`;
  const { receipt, test, items, at, again } = last;
  const what = test ? 'Test' : items === 1 ? '1 item' : `${items} items`;
  const arrived = ARRIVED.includes(receipt.code);
  const then = again === null ? '' : ` Tried again at ${localText(again, zone)}.`;
  return html`<p class="last" data-arrived="${arrived ? 'yes' : 'no'}">${what}, ${localText(at, zone)}: ${receiptWords(receipt)}.${then}</p>`;
}

const testForm = (channel: NotifyChannel): TemplateResult =>
  html`<form class="test" method="post" action="${under(`/notify/${channel}/test`)}"><button>Send a test</button></form>`;

function policyForm(facts: ChannelFacts, typed: NotifyInput['typed']): TemplateResult {
  const { channel, policy } = facts;
  const open = [...typed.keys()].some((name) => name.startsWith(`${channel}.`));
  const kinds = ITEM_KINDS.map((kind) => check(channel, `kind-${kind}`, kind, policy.kinds.includes(kind)));
  const rows = [
    html`<div class="setting">${check(channel, 'on', 'Tell me this way', policy.on)}</div>`,
    html`<div class="setting"><fieldset class="plain"><legend>Of these kinds of items</legend><div class="checks">${kinds}</div></fieldset></div>`,
    numberRow(
      facts,
      typed,
      'min_impact',
      'Only if an answer frees at least',
      'units',
      'Units that wait for the one that asks. 0: all items.',
    ),
    textRow(facts, typed),
    numberRow(
      facts,
      typed,
      'away_seconds',
      'Only if nobody has looked for',
      'seconds',
      'At a visible page, or the queue by keys in a terminal. What came while somebody looked is not told later. 0: always tell.',
    ),
    numberRow(
      facts,
      typed,
      'gather_seconds',
      'Gather for',
      'seconds',
      'What comes within this time is one message.',
    ),
    html`<div class="setting">${check(channel, 'sound', 'With sound', policy.sound)}</div>`,
  ];
  return html`<details ?open=${open}><summary>When, and of what</summary><form method="post" action="${under(`/notify/${channel}`)}">${rows}<button class="primary">Save</button></form></details>`;
}

const check = (channel: NotifyChannel, name: string, label: string, on: boolean): TemplateResult =>
  html`<label class="check"><input type="checkbox" name="${name}" id="${channel}-${name}" ?checked=${on}> ${label}</label>`;

function numberRow(
  { channel, policy, sources }: ChannelFacts,
  typed: NotifyInput['typed'],
  name: 'min_impact' | 'away_seconds' | 'gather_seconds',
  label: string,
  unit: string,
  help: string,
): TemplateResult {
  const id = `${channel}-${name}`;
  const value = typed.get(`${channel}.${name}`) ?? String(policy[name]);
  return html`<div class="setting"><label for="${id}">${label}</label><span class="amount"><input id="${id}" name="${name}" inputmode="numeric" autocomplete="off" size="8" aria-describedby="${id}-help" value="${value}"> <span class="unit">${unit}</span></span><p class="aside" id="${id}-help">${help}${saidBy(sources, name)}</p></div>`;
}

function textRow({ channel, policy, sources }: ChannelFacts, typed: NotifyInput['typed']): TemplateResult {
  const id = `${channel}-quiet`;
  const value = typed.get(`${channel}.quiet`) ?? quietText(policy.quiet);
  return html`<div class="setting wide"><label for="${id}">Quiet hours</label><input id="${id}" name="quiet" autocomplete="off" aria-describedby="${id}-help" value="${value}"><p class="aside" id="${id}-help">“22:00-07:00 Europe/Berlin”, or “off”. What is still open at their end is told then.${saidBy(sources, 'quiet')}</p></div>`;
}

const saidBy = (sources: ChannelFacts['sources'], name: keyof NotifyPolicy): string =>
  sources[name] === 'file' ? ' Now as your own file says.' : '';
