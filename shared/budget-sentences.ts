import type { BudgetQuestion } from './daemon-questions.ts';
import type { ItemOption } from './item-words.ts';
import { moneyWords } from './usage-words.ts';

export const budgetPrompt = ({ code, chunk, spent, limit }: BudgetQuestion): string =>
  `${code === 'budget' ? `${chunk} has` : 'Today all units have'} cost ${moneyWords(spent)}, of ${moneyWords(limit)} that you wanted to spend. Go on?`;

export const budgetOptions = ({
  code,
  chunk,
  step,
}: BudgetQuestion): Readonly<Record<string, Omit<ItemOption, 'id'>>> => ({
  more:
    code === 'budget'
      ? { label: `Go on with ${moneyWords(step)} more`, description: '' }
      : { label: `Let ${chunk} go on today`, description: 'Others are still asked about.' },
  hold: { label: 'Stop here', description: 'The unit is held until you release it.' },
});
