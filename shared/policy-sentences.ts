import type { PolicyRule, RuleName } from './policy-words.ts';

/** `rule no-rm`, `rule unit-1 of this unit` */
export const ruleNameWords = ({ id, source }: RuleName): string =>
  source === 'unit' ? `rule ${id} of this unit` : `rule ${id}`;

/** What a rule is about: `Bash: npm test`. */
export function ruleWords({
  agents,
  tools,
  commands,
  paths,
}: Omit<PolicyRule, 'id' | 'answer' | 'exact'>): string {
  const about = [...commands, ...paths.map((path) => (commands.length === 0 ? path : `in ${path}`))].join(
    ', ',
  );
  const who = [...agents, ...tools].join(' ');
  return [who, about].filter((part) => part !== '').join(': ') || 'anything';
}
