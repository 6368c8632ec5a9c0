/** The file of what was measured last, figure by figure: each with its day, commit and machine, and what was meant to be reached. */
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { cpus, loadavg } from 'node:os';
import { asText, type Figure } from './figure.ts';

/** Puts a figure in the place of the one of that name, or at the end. What stands before the first is written by hand. */
export function withResult(text: string, name: string, figure: string): string {
  const [intro = '', ...sections] = text.split(/^(?=## )/m);
  const section = `## ${name}\n\n${figure.trim()}\n\n`;
  const at = sections.findIndex((each) => each.startsWith(`## ${name}\n`));
  const all = at < 0 ? [...sections, section] : sections.with(at, section);
  return `${[intro, ...all].map((each) => each.trim()).join('\n\n')}\n`;
}

export function keepResult(path: string, name: string, figure: Figure): void {
  const before = existsSync(path) ? readFileSync(path, 'utf8') : '# Results\n';
  writeFileSync(
    path,
    withResult(before, name, `${circumstances()}\n\n\`\`\`text\n${asText(figure)}\n\`\`\``),
  );
}

function circumstances(): string {
  const git = (...args: string[]) => execFileSync('git', args, { encoding: 'utf8' }).trim();
  const isChanged = git('status', '--porcelain', '--untracked-files=no', '--', ':!bench/RESULTS.md') !== '';
  const commit = `${git('rev-parse', '--short=7', 'HEAD')}${isChanged ? ', changed' : ''}`;
  const [first] = cpus();
  const day = new Date().toISOString().slice(0, 10);
  const load = (loadavg()[0] ?? 0).toFixed(1);
  return `${day}, ${commit}, Node ${process.version} on ${process.platform}, ${cpus().length} × ${first?.model ?? '?'}, load ${load} after it.`;
}
