/** The URL of a PostgreSQL database, and what may be said of it. */

const URL_PARTS = /^postgres(?:ql)?:\/\/(?:([^@/?#]*)@)?([^/?#]*)(\/[^?#]*)?(?:\?([^#]*))?$/;
const SECRETS = ['password', 'sslpassword'];

/** Whether this is such a URL at all. */
export const isPostgresUrl = (url: string): boolean => URL_PARTS.test(url);

/** Whether it says a password. */
export function hasPassword(url: string): boolean {
  const [, user = '', , , query] = URL_PARTS.exec(url) ?? [];
  const named = new URLSearchParams(query);
  return user.includes(':') || SECRETS.some((name) => named.has(name));
}

/** Host and database, without who comes in and how: for logs, pages and messages. */
export function nameOfDatabase(url: string): string {
  const [, , host = '', path = '', query] = URL_PARTS.exec(url) ?? [];
  const named = new URLSearchParams(query);
  const place = host || named.get('host') || 'localhost';
  const port = named.get('port');
  return `postgres://${place}${port === null ? '' : `:${port}`}${path}`;
}
