/** A repository that names a program wherever configuration or attributes can. */
import { chmodSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';

const HOOKS = [
  'post-checkout',
  'pre-commit',
  'post-commit',
  'post-merge',
  'reference-transaction',
  'post-index-change',
  'fsmonitor-watchman',
  'pre-auto-gc',
  'post-rewrite',
];
export const ATTRIBUTES = '* filter=f diff=d merge=m\n*.p filter=p\n*.q filter=a=b.c\n';

export interface Place {
  /** A folder for the traces of the programs. */
  readonly root: string;
  readonly project: string;
  write(files: Readonly<Record<string, string>>, folder: string): void;
  git(...args: string[]): string;
}

/** Each program leaves a file of its name in `ran`. The attributes that call filters and drivers are to be committed before. */
export function arm({ root, project, write, git }: Place): string {
  const ran = join(root, 'ran');
  mkdirSync(ran);
  const program = (name: string) => `touch '${ran}/${name}'; cat`;
  const hooks = join(project, '.git/hooks');
  for (const hook of [...HOOKS, 'gpg']) {
    write({ [hook]: `#!/bin/sh\ntouch '${ran}/${hook}'\n` }, hooks);
    chmodSync(join(hooks, hook), 0o755);
  }
  const included = join(project, '.git/included');
  const more = {
    'filter.p.process': program('process'),
    'filter.p.required': 'true',
    'filter.a=b.c.clean': program('odd-clean'),
    'filter.a=b.c.smudge': program('odd-smudge'),
    'filter.f.smudge': program('smudge'),
  };
  for (const [key, value] of Object.entries(more)) git('config', '-f', included, key, value);
  const config = {
    'core.hooksPath': hooks,
    'core.fsmonitor': program('fsmonitor'),
    'core.sshCommand': program('ssh'),
    'core.pager': program('pager'),
    'core.editor': program('editor'),
    'core.askPass': program('askpass'),
    'filter.f.clean': program('clean'),
    'filter.f.required': 'true',
    'merge.m.driver': program('merge'),
    'merge.default': 'm',
    'diff.d.textconv': program('textconv'),
    'diff.d.command': program('diff-command'),
    'diff.external': program('external'),
    'alias.status': `!${program('alias')}`,
    'alias.commit-tree': `!${program('alias')}`,
    'gpg.program': join(hooks, 'gpg'),
    'commit.gpgSign': 'true',
    'log.showSignature': 'true',
    'gc.auto': '1',
    'includeIf.gitdir:/.path': included,
    'extensions.partialClone': 'origin',
    'remote.origin.promisor': 'true',
    'remote.origin.url': `ext::sh -c touch% ${ran}/promisor`,
    'protocol.ext.allow': 'always',
  };
  for (const [key, value] of Object.entries(config)) git('config', key, value);
  git('config', 'core.repositoryFormatVersion', '1');
  return ran;
}
