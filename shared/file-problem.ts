/** A refusal of the system about a file or a folder, as a person should read it. */
export interface FileProblem {
  /** disk: full, read-only, or not what it should be; permission: not for this user. */
  readonly kind: 'disk' | 'permission';
  readonly message: string;
}

const WHY: Readonly<Record<string, string>> = {
  ENOTDIR: 'a file stands where a folder should be',
  EEXIST: 'a file stands where a folder should be',
  EISDIR: 'a folder stands where a file should be',
  ELOOP: 'its links lead in a circle',
  ENAMETOOLONG: 'its name is too long',
  ENOENT: 'it is not there',
};

/** null: the error is something else. `fallback` is named where the system names no path. */
export function fileProblemOf(error: unknown, fallback: string): FileProblem | null {
  const { code = '', path = fallback } = (error ?? {}) as { code?: string; path?: string };
  if (/^(EACCES|EPERM)$/.test(code))
    return { kind: 'permission', message: `${path} may not be used by you (${code}).` };
  if (/^(ENOSPC|EDQUOT|EROFS|EIO|EFBIG|SQLITE_(FULL|IOERR|CANTOPEN|READONLY).*)$/.test(code))
    return { kind: 'disk', message: `${path} cannot be written (${code}): is the disk full or read-only?` };
  const why = WHY[code];
  return why === undefined ? null : { kind: 'disk', message: `${path} cannot be used (${code}): ${why}.` };
}
