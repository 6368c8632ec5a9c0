/** Stands for the global of this name in the modules of the package: a server that draws a page may import them, and has none. */
export const HTMLElement: typeof globalThis.HTMLElement =
  globalThis.HTMLElement ?? (class {} as unknown as typeof globalThis.HTMLElement);
