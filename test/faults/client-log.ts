/** What the clients of a daemon have sent, were told and saw: their own notes, beside which its database is read. */

export class ClientLog {
  /** Units that somebody asked to add, and those whose adding was acknowledged. */
  readonly units = new Set<string>();
  readonly addedUnits = new Set<string>();
  /** What was asked, by whom it was asked: the words of a question name its unit. */
  readonly prompts = new Set<string>();
  /** The words that somebody sent as an answer to an item, whether or not they heard that it was taken. */
  readonly sent = new Map<string, Set<string>>();
  /** The answer that was acknowledged, by item. */
  readonly acknowledged = new Map<string, string>();
  /** What each asking process printed, by the question that it asked: one entry for each process. */
  readonly printed = new Map<string, string[]>();
  /** Units on which two commands were alive at once. */
  readonly doubled: string[] = [];
  /** What somebody who stayed was sent: the number of each message, and whether it was a snapshot. */
  readonly watched: { readonly seq: number; readonly isSnapshot: boolean }[] = [];

  sends(item: string, text: string): void {
    this.sent.set(item, (this.sent.get(item) ?? new Set()).add(text));
  }
}
