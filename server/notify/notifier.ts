/** Decides when the operator is told of what, and carries it out. */
import { basename } from 'node:path';
import type { By } from '../../shared/access-words.ts';
import {
  ARRIVED,
  CHANNELS,
  type ChannelFacts,
  type DesktopNotice,
  type FieldSource,
  type NotifyChannel,
  type NotifyFacts,
  type NotifyPolicy,
  type Receipt,
  type Told,
} from '../../shared/notify-words.ts';
import type { NotifyActions, PolicyChange, Watching } from '../api/notify-actions.ts';
import {
  channelState,
  configureNotify,
  noticeFailed,
  noticeSent,
  planNotice,
  untold,
} from '../domain/commands/notices.ts';
import { isQuiet } from '../domain/quiet-hours.ts';
import { invalid } from '../domain/refusal.ts';
import type { State } from '../domain/state.ts';
import { Follower, type FollowerPlaces } from '../store/follower.ts';
import type { Store } from '../store/store.ts';
import type { Log } from '../system/log.ts';
import { newId } from '../system/new-id.ts';
import type { Chore } from '../system/upkeep.ts';
import { runCommand } from './command.ts';
import { type Delivering, deliveryOf } from './delivery.ts';
import { Desktop } from './desktop.ts';
import { messageOf, type OutgoingMessage, testMessage } from './message.ts';
import { DEFAULT_POLICY, NotifySettings } from './notify-file.ts';
import { post } from './webhook.ts';

export interface NotifierParts {
  readonly store: Store;
  readonly db: FollowerPlaces;
  readonly log: Log;
  readonly project: string;
  /** Where people open the page. */
  readonly origin: string;
  /** The operator's own file. */
  readonly file: string;
  /** Tells nothing by itself. */
  readonly isIdle?: boolean;
  readonly now?: () => number;
  readonly pause?: Delivering['pause'];
}

const POLICY_FIELDS = Object.keys(DEFAULT_POLICY) as (keyof NotifyPolicy)[];

export class Notifier implements NotifyActions, Chore {
  readonly name = 'notify';
  readonly #parts: NotifierParts;
  readonly #now: () => number;
  readonly #desktop: Desktop;
  readonly #settings: NotifySettings;
  /** One for each channel, while it tells. */
  #followers: readonly Follower[] | null = null;
  readonly #delivering: Delivering;
  readonly #tests = new Map<NotifyChannel, Promise<Receipt>>();
  /** The state in which there was nothing to tell. */
  #idle: State | null = null;

  constructor(parts: NotifierParts) {
    const { store, file, log, pause } = parts;
    this.#parts = parts;
    this.#now = parts.now ?? Date.now;
    this.#desktop = new Desktop(this.#now);
    this.#settings = new NotifySettings(file, ({ message }) => log.error('notify', message));
    const send: Delivering['send'] = (...given) => this.#send(...given);
    this.#delivering = { store, now: this.#now, send, ...(pause && { pause }) };
  }

  /** Goes on with what was planned before. The first look starts it, too. */
  async start(): Promise<void> {
    if (this.#followers) return;
    const of = (channel: NotifyChannel) => new Follower(deliveryOf(channel, this.#delivering), this.#parts);
    this.#followers = CHANNELS.map(of);
    try {
      await Promise.all(this.#followers.map((follower) => follower.start()));
    } catch (error) {
      await this.stop();
      throw error;
    }
  }

  async stop(): Promise<void> {
    const followers = this.#followers ?? [];
    this.#followers = null;
    await Promise.all(followers.map((follower) => follower.stop()));
  }

  /** Plans what is to be told by now. Called every second. */
  async look(): Promise<void> {
    if (this.#parts.isIdle) return;
    // Of several daemons one tells.
    if (!this.#parts.store.leads) return this.stop();
    await this.start();
    const { state } = this.#parts.store;
    // Read first, so that a change of the file is seen.
    const channels = CHANNELS.filter((channel) => this.#isSetUp(channel));
    if (state === this.#idle) return;
    const waits = await Promise.all(channels.map((channel) => this.#plan(state, channel)));
    if (channels.length === CHANNELS.length && waits.every((wait) => !wait)) this.#idle = state;
  }

  /** Whether something waits to be told. */
  async #plan(state: State, channel: NotifyChannel): Promise<boolean> {
    const policy = this.#policyOf(channel);
    const { planned, ended } = channelState(state, channel);
    if (!policy.on || planned > ended) return planned > ended;
    const waiting = untold(state, channel, policy);
    if (waiting.length === 0) return false;
    const now = this.#now();
    const first = Math.min(...waiting.map(({ asked_at }) => Date.parse(asked_at)));
    if (now - first < policy.gather_seconds * 1000 || isQuiet(policy.quiet, now)) return true;
    const as = this.#desktop.isSeen(policy.away_seconds) ? 'notice.skipped' : 'notice.planned';
    await this.#parts.store.lead((newest) => planNotice(newest, channel, policy, as));
    return true;
  }

  #isSetUp(channel: NotifyChannel): boolean {
    return channel === 'desktop' ? this.#desktop.browsers > 0 : this.#settings.targetOf(channel) !== null;
  }

  #policyOf(channel: NotifyChannel): NotifyPolicy {
    const { policy } = this.#settings.file;
    return { ...DEFAULT_POLICY, ...policy, ...channelState(this.#parts.store.state, channel).policy };
  }

  #send(
    channel: NotifyChannel,
    items: readonly Told[],
    id: string,
    signal: AbortSignal,
  ): Promise<Receipt> | null {
    const { on, sound } = this.#policyOf(channel);
    const { store } = this.#parts;
    return on
      ? this.#carry(channel, messageOf(store.state, items, this.#wording(channel, id, sound)), signal)
      : null;
  }

  #wording(channel: NotifyChannel, id: string, sound: boolean) {
    const { webhook } = this.#settings.file;
    const prompts = channel !== 'webhook' || webhook?.prompts === true;
    return { id, sound, prompts, project: basename(this.#parts.project) };
  }

  #carry(channel: NotifyChannel, message: OutgoingMessage, signal: AbortSignal): Promise<Receipt> | null {
    const { origin } = this.#parts;
    const { webhook, command } = this.#settings.file;
    switch (channel) {
      case 'desktop':
        return this.#desktop.show(message, signal);
      case 'webhook':
        return webhook && post(webhook, message, origin, signal);
      case 'command':
        return command && runCommand(command, message, origin, signal);
    }
  }

  /** One test of a channel at a time: who asks meanwhile hears of the same. */
  test(by: By, channel: NotifyChannel): Promise<Receipt> {
    const under =
      this.#tests.get(channel) ?? this.#try(by, channel).finally(() => this.#tests.delete(channel));
    this.#tests.set(channel, under);
    return under;
  }

  async #try(by: By, channel: NotifyChannel): Promise<Receipt> {
    const { sound } = this.#policyOf(channel);
    const message = testMessage(this.#wording(channel, `test-${newId()}`, sound));
    const receipt = await this.#carry(channel, message, new AbortController().signal);
    if (!receipt)
      throw invalid('channel', `No ${channel} is set up. Put it under "notify" in ${this.#settings.path}`);
    const tried = { channel, notice: null, items: 0, attempt: 1, receipt };
    const isThere = ARRIVED.includes(receipt.code);
    await this.#parts.store.commit(by, () => (isThere ? noticeSent(tried) : noticeFailed(tried, null)));
    return receipt;
  }

  facts(): NotifyFacts {
    // Reading it may find a problem.
    const channels = CHANNELS.map((channel) => this.#factsOf(channel));
    const { path, problem } = this.#settings;
    const { isLooking, browsers } = this.#desktop;
    return { file: path, problem, looking: isLooking, browsers, channels };
  }

  #factsOf(channel: NotifyChannel): ChannelFacts {
    const { policy: own, last } = channelState(this.#parts.store.state, channel);
    const { policy: file } = this.#settings.file;
    const sourceOf = (name: keyof NotifyPolicy): FieldSource =>
      own[name] !== undefined ? 'project' : file[name] !== undefined ? 'file' : 'default';
    const sources = Object.fromEntries(POLICY_FIELDS.map((name) => [name, sourceOf(name)]));
    return {
      channel,
      target: this.#settings.targetOf(channel),
      policy: this.#policyOf(channel),
      sources: sources as ChannelFacts['sources'],
      last,
    };
  }

  /** What is so by the file or by default is not set again, so that the file goes on having its say. */
  configure(by: By, channel: NotifyChannel, { set, unset }: PolicyChange): Promise<{ readonly seq: number }> {
    const inForce: Readonly<Record<string, unknown>> = { ...this.#policyOf(channel) };
    const differs = ([name, value]: [string, unknown]) =>
      value !== undefined && JSON.stringify(value) !== JSON.stringify(inForce[name]);
    const given = Object.fromEntries(Object.entries(set).filter(differs));
    return this.#parts.store.commit(by, (state) => configureNotify(state, channel, given, unset));
  }

  watch(watching: Watching, signal: AbortSignal): AsyncIterable<DesktopNotice> {
    return this.#desktop.watch(watching, signal);
  }

  shown(id: string): void {
    this.#desktop.shown(id);
  }

  looked(): void {
    this.#desktop.looked();
  }
}
