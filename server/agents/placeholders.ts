/** What an argument, or a place in a prompt file, may stand for. */
export const PLACEHOLDERS = [
  'chunk',
  'phase',
  'run',
  'goal',
  'answer',
  'prompt',
  'session',
  'project',
  'worktree',
  'branch',
  'base',
] as const;

const NAMES = PLACEHOLDERS.join('|');
/** An argument that is a placeholder. */
export const PLACEHOLDER = new RegExp(`^\\{(${NAMES})\\}$`);
/** A placeholder anywhere in a text. */
export const PLACEHOLDER_WITHIN = new RegExp(`\\{(${NAMES})\\}`);
/** What looks like one, known or not. */
export const LIKE_PLACEHOLDER = /^\{[A-Za-z_]+\}$/;
