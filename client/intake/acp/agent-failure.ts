/**
 * Why a phase has not ended well: the agent is not logged in, cannot be used as it is configured, has gone, is not to
 * be understood, or has stopped before it was done.
 */
export type FailureKind = 'login' | 'configuration' | 'gone' | 'protocol' | 'stopped';

export class AgentFailure extends Error {
  readonly kind: FailureKind;
  constructor(kind: FailureKind, message: string) {
    super(message);
    this.kind = kind;
  }
}
