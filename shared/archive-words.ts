/** How a unit leaves: by being removed, or to the archive. */
export type EndChange =
  /** `chunk`: of an archived unit, whose name is free from now on. */
  | { readonly type: 'unit.removed'; readonly unit: number; readonly data: { readonly chunk?: string } }
  /** It is over for long, and leaves the live state as it is. `digest`: of the facts with which it was added. */
  | { readonly type: 'unit.archived'; readonly unit: number; readonly data: { readonly digest: string } };
