/** What a daemon says of itself. */

/** A listener: address, port and accepted host names. */
export interface ListenerFacts {
  readonly address: string;
  readonly port: number;
  readonly hosts: readonly string[];
  readonly tls: boolean;
}

/** Which daemon this is. */
export interface About {
  readonly project: string;
  /** `address`: where browsers sign in; `local_address`: for programs on this machine. */
  readonly address: string;
  readonly local_address: string;
  readonly pid: number;
  readonly started_at: string;
  /** Notices about this start. */
  readonly notices: readonly StartNotice[];
}

export interface StartNotice {
  readonly code: 'port-moved' | 'one-family' | 'process-1';
  readonly message: string;
}
