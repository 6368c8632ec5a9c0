/**
 * The daemon's own files are for nobody else. What it has written for the operator, in his folders and in those of his
 * agents, has the modes that his own programs would give it.
 */

/** Of the shell that started the daemon; null: nothing was changed. */
let operators: number | null = null;

/** From now on new files are private. Returns the umask until now. */
export function keepFilesPrivate(): number {
  operators = process.umask(0o077);
  return operators;
}

/** Starts or makes something with the operator's umask. Nothing else of this process runs meanwhile. */
export function asOperator<T>(make: () => T): T {
  if (operators === null) return make();
  const own = process.umask(operators);
  try {
    return make();
  } finally {
    process.umask(own);
  }
}
