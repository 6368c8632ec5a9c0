/** Reads JSON from a file that somebody wrote: some editors put a byte order mark before it. Throws as `JSON.parse` does. */
export const parseJson = (text: string): unknown => JSON.parse(text.replace(/^\ufeff/, ''));
