/**
 * How much of anything is taken from outside, until the operator says otherwise in the state folder
 * (`signalbox limits`). No procedure changes these.
 */
export const DEFAULT_LIMITS = {
  /** The body of a form, and of JSON, in bytes. */
  form_bytes: 256 * 1024,
  json_bytes: 1024 * 1024,
  /** One message on a socket, in bytes. */
  frame_bytes: 1024 * 1024,
  /** The words of one answer, in bytes. */
  answer_bytes: 64 * 1024,
  /** Calls in one batch. */
  batch: 20,
  /** Streams that one socket may follow, and messages that it may send in a second. */
  subscriptions: 32,
  messages_per_second: 50,
  /** Sockets of embeds that have not shown their token yet, and how long and large that may be, in ms and bytes. */
  pending_embeds: 20,
  embed_token_ms: 5000,
  embed_token_bytes: 4096,
  /** Connections that have sent nothing that counts, or have been answered; how long a head, and a whole request, may take, in ms. */
  silent_connections: 256,
  head_ms: 10_000,
  request_ms: 30_000,
  /** Failed sign-ins that are being slowed at a time, and by how much, in ms. */
  slowed_sign_ins: 20,
  slow_sign_in_ms: 1000,
} as const satisfies Readonly<Record<string, number>>;

export type Limits = { readonly [Name in keyof typeof DEFAULT_LIMITS]: number };
