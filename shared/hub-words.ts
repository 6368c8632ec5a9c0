/** What the terminal calls of `signalbox hub` in its own process: the hub's bundle lies beside that of the terminal. */
export interface HubEntry {
  main(argv: readonly string[]): Promise<void>;
  /** Checks that a daemon elsewhere is reached, and keeps where it is. Throws an error with a sentence and an exit code. */
  addPlace(url: string, how: PlaceOptions): Promise<HubPlace>;
  /** By its address or name. Throws where there is none. */
  removePlace(name: string, options: { readonly dryRun: boolean }): HubPlace;
  places(): readonly HubPlace[];
}

export interface PlaceOptions {
  /** https: reads what lets the hub in. */
  readonly token: () => Promise<string>;
  /** ssh: how the command is called there. */
  readonly program: string;
}

/** A daemon elsewhere that the operator has named. */
export interface HubPlace {
  readonly url: string;
  /** Names it in addresses of the hub. */
  readonly slug: string;
  /** The folder of its project, on that machine. */
  readonly folder: string;
  readonly machine: string;
}
