/** Placeholders in arguments and prompt files. */
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
/** Matches an argument that is a placeholder. */
export const PLACEHOLDER = new RegExp(`^\\{(${NAMES})\\}$`);
/** Matches placeholders within text. */
export const PLACEHOLDER_WITHIN = new RegExp(`\\{(${NAMES})\\}`);
/** Matches anything that looks like a placeholder, known or not. */
export const LIKE_PLACEHOLDER = /^\{[A-Za-z_]+\}$/;
