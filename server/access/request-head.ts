/** Reads the head of a request. A header that was sent twice counts as untrusted. */

export interface Head {
  readonly method: string;
  readonly target: string;
  /** As received: names and values alternate, repeats included. */
  readonly rawHeaders: readonly string[];
  readonly upgrade: boolean;
}

/** The path, without query. Percent-escapes stay, so an escaped spelling never equals a special path. */
export const pathOf = ({ target }: Head): string => target.split('?', 1)[0] ?? '';

/** The bearer token; '' (never valid) if the header is malformed or repeated; null: no header. */
export function bearerOf(head: Head): string | null {
  const values = valuesOf(head, 'authorization');
  if (values.length === 0) return null;
  return values.length === 1 ? (/^Bearer ([A-Za-z0-9_-]{20,200})$/.exec(values[0] ?? '')?.[1] ?? '') : '';
}

/** The value of one cookie. Null if it was sent twice: another site may have planted one. */
export function cookieOf(head: Pick<Head, 'rawHeaders'>, name: string): string | null {
  const values = valuesOf(head, 'cookie')
    .flatMap((header) => header.split(';'))
    .map((pair) => pair.trim())
    .filter((pair) => pair.startsWith(`${name}=`))
    .map((pair) => pair.slice(name.length + 1));
  return values.length === 1 ? (values[0] ?? null) : null;
}

export const firstOf = (head: Head, name: string): string | undefined => valuesOf(head, name)[0];

export function valuesOf({ rawHeaders }: Pick<Head, 'rawHeaders'>, name: string): string[] {
  return rawHeaders.filter((_, at) => at % 2 === 1 && rawHeaders[at - 1]?.toLowerCase() === name);
}

export const isTrpc = (target: string): boolean => /^\/trpc([/?]|$)/.test(target);
