/**
 * Default limits on input from outside. The operator changes them in the access file
 * (`signalbox limits`). No procedure changes these.
 */
export const DEFAULT_LIMITS = {
  /** Largest body of a form and of JSON, in bytes. */
  form_bytes: 256 * 1024,
  json_bytes: 1024 * 1024,
  /** Largest WebSocket message, in bytes. */
  frame_bytes: 1024 * 1024,
  /** Longest text of an answer, in bytes. */
  answer_bytes: 64 * 1024,
  /** Calls in one batch. */
  batch: 20,
  /** Subscriptions per socket, and messages per second from it. */
  subscriptions: 32,
  messages_per_second: 50,
  /** Embed sockets that have not sent their token yet; how long that may take (ms) and how long it may be (bytes). */
  pending_embeds: 20,
  embed_token_ms: 5000,
  embed_token_bytes: 4096,
  /** Connections without an admitted request in progress; how long a request head, and a whole request, may take (ms). */
  silent_connections: 256,
  head_ms: 10_000,
  request_ms: 30_000,
  /** Failed sign-ins that are delayed at the same time, and the delay (ms). */
  slowed_sign_ins: 20,
  slow_sign_in_ms: 1000,
} as const satisfies Readonly<Record<string, number>>;

export type Limits = { readonly [Name in keyof typeof DEFAULT_LIMITS]: number };
