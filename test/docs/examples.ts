/** What a document gives to copy: its fenced blocks. */
import { readFileSync } from 'node:fs';

/** A block of commands, and what it prints where the document says so. */
export interface Example {
  /** Where the block begins in the document, from 1. */
  readonly line: number;
  readonly script: string;
  /** The text block behind it; `…` stands for what differs. null: the document does not say. */
  readonly prints: string | null;
  /** Why it is not run; null: it is. */
  readonly notRun: string | null;
}

/** A file that the document shows whole, by its name: ```json plan.json */
export interface ShownFile {
  readonly name: string;
  readonly text: string;
}

interface Block {
  readonly line: number;
  readonly language: string;
  readonly word: string;
  readonly text: string;
  /** Nothing but blank lines stands between it and the block before. */
  readonly isNext: boolean;
  /** Right before it stands why it is not run, for who reads the source; null: nothing does. */
  readonly why: string | null;
}

const FENCED = /^```(\S*) ?(.*)\n([\s\S]*?)^```$/gm;
const WHY = /<!-- not run: (.+) -->\n$/;

function blocksOf(document: string): Block[] {
  let end = 0;
  return [...document.matchAll(FENCED)].map(
    ({ 0: whole, 1: language = '', 2: word = '', 3: text = '', index }) => {
      const between = document.slice(end, index);
      const isNext = between.trim() === '';
      const why = WHY.exec(between)?.[1] ?? null;
      end = index + whole.length;
      return { line: document.slice(0, index).split('\n').length, language, word, text, isNext, why };
    },
  );
}

export function examplesIn(path: string): { examples: Example[]; files: ShownFile[] } {
  const blocks = blocksOf(readFileSync(path, 'utf8'));
  const examples = blocks.flatMap((block, at) => {
    const { language, line, text: script } = block;
    if (language !== 'sh') return [];
    const after = blocks[at + 1];
    const prints = after?.language === 'text' && after.isNext ? after.text : null;
    return [{ line, script, prints, notRun: block.why }];
  });
  const files = blocks
    .filter(({ language, word }) => language === 'json' && word !== '')
    .map(({ word: name, text }) => ({ name, text }));
  return { examples, files };
}

/** Whether something was printed as a document says it: line by line, columns as wide as they are. */
export function isAsSaid(printed: string, said: string): boolean {
  const plain = (text: string) => text.replace(/[ \t]+/g, ' ').trim();
  const pattern = plain(said)
    .split('…')
    .map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'))
    .join('[\\s\\S]*?');
  return new RegExp(`^${pattern}$`).test(plain(printed));
}
