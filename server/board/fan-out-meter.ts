/** What is counted of the messages to viewers. */
export interface FanOutMeter {
  told(slice: ToldSlice): void;
}

/** Up to fifty viewers that were told in one go. */
export interface ToldSlice {
  readonly sent: number;
  /** Of those sent, the ones with more than one change. */
  readonly merged: number;
  /** Not sent, because the viewer reads slowly: it gets merged news later. */
  readonly dropped: number;
  /** From the oldest commit that was told to the last message, in ms; null: none was sent, or it is too long ago to know. */
  readonly ms: number | null;
}
