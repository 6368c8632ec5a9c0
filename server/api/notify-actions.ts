import type { By } from '../../shared/access-words.ts';
import type {
  DesktopNotice,
  NotifyChannel,
  NotifyFacts,
  NotifyPolicy,
  Receipt,
} from '../../shared/notify-words.ts';

/** A page or a terminal that says whether somebody sees it. */
export interface Watching {
  /** It is visible now. */
  readonly looks: boolean;
  /** It shows notifications. */
  readonly shows: boolean;
  /** Whether to go on; else it is asked once. */
  readonly follow: boolean;
}

/** What is done about telling the operator. */
export interface NotifyActions {
  facts(): NotifyFacts;
  /** Throws a `Refusal`. */
  configure(by: By, channel: NotifyChannel, policy: PolicyChange): Promise<{ readonly seq: number }>;
  /** Sends a message now, whatever the policy. Throws a `Refusal` where nothing is set up. */
  test(by: By, channel: NotifyChannel): Promise<Receipt>;
  /** Notifications to show, for as long as it is watched. */
  watch(watching: Watching, signal: AbortSignal): AsyncIterable<DesktopNotice>;
  /** A browser has shown this one. */
  shown(id: string): void;
  /** Somebody has just looked at a page that cannot say so itself. */
  looked(): void;
}

export interface PolicyChange {
  readonly set: { readonly [Name in keyof NotifyPolicy]?: NotifyPolicy[Name] | undefined };
  readonly unset: readonly (keyof NotifyPolicy)[];
}
