/** Mutants of the gate that nobody can tell from it, each by what is done and the line, with the reason. */
export const EQUIVALENTS: Readonly<Record<string, string>> = {
  "right side left out: return isElsewhere && isPage && head.method === 'GET' && !head.upgrade;":
    'an upgrade from elsewhere is refused before, or is an embed socket, where nobody asks for the cookie',
};
