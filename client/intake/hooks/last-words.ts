import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { isObject } from '../json-rpc.ts';

const TAIL_BYTES = 256 * 1024;

/**
 * What Claude Code said last, from the end of the file in which it keeps its session, a JSON object a line. The form is
 * its own affair: empty where it cannot be found.
 */
export function lastWords(path: string): string {
  try {
    const lines = tailOf(path).split('\n');
    for (const line of lines.reverse()) {
      const words = wordsIn(line);
      if (words !== '') return words;
    }
  } catch {
    // No such file, or not for us.
  }
  return '';
}

function tailOf(path: string): string {
  const file = openSync(path, 'r');
  try {
    const { size } = fstatSync(file);
    const bytes = Buffer.alloc(Math.min(size, TAIL_BYTES));
    readSync(file, bytes, 0, bytes.length, size - bytes.length);
    return bytes.toString('utf8');
  } finally {
    closeSync(file);
  }
}

function wordsIn(line: string): string {
  const entry = parsed(line);
  if (!isObject(entry) || entry.type !== 'assistant' || !isObject(entry.message)) return '';
  const { content } = entry.message;
  if (!Array.isArray(content)) return '';
  const texts = content.map((part) => (isObject(part) && typeof part.text === 'string' ? part.text : ''));
  return texts.filter((text) => text !== '').join('\n');
}

/** The first line of a tail is cut through. */
function parsed(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return null;
  }
}
