/** A text of PostgreSQL holds any character but this one. */
export const storable = (text: string): string => text.replaceAll('\0', '');
