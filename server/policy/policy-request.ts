/** A permission together with what the disk says of it: all that the rules need to know. */
import { join } from 'node:path';
import type { ToolPermission } from '../../shared/policy-words.ts';
import { plainWords, possibleCommands } from '../domain/command-words.ts';
import type { PolicyPath, PolicyRequest } from '../domain/policy.ts';
import { isFile, locate, realOf } from './locate.ts';

/** Where a unit works, and where we and the operator have our files. */
export interface RequestPlace {
  readonly root: string;
  readonly home: string;
  readonly own: readonly string[];
}

/** `agent`: as the daemon knows it; null: only its adapter does. */
export function requestOf(
  permission: ToolPermission,
  place: RequestPlace,
  agent: string | null,
): PolicyRequest {
  const { tool, kind, command, opaque } = permission;
  const root = realOf(place.root) ?? place.root;
  const folder = locate(permission.folder || root, root).real;
  const isInside = folder !== null && (folder === root || folder.startsWith(join(root, '/')));
  const at = folder ?? root;
  const plain = command === null ? null : plainWords(command);
  const words = plain !== null && isHere(plain[0] ?? '', at) ? null : plain;
  return {
    agent: agent ?? permission.agent,
    tool,
    kind,
    command,
    words: words?.map((text) => ({ text, paths: pathsIn(text).map((path) => located(path, at)) })) ?? null,
    paths: permission.paths.map((path) => locate(path, at)),
    mentioned: command === null ? [] : mentionedIn(command, at),
    opaque: opaque || !isInside || (kind === 'execute' && command === null),
    place: { root, home: realOf(place.home) ?? place.home },
    own: place.own.map((each) => realOf(each) ?? each),
  };
}

/**
 * Some adapters show `sh git status`, which runs a file of that name in the folder, as `git status`: where there is such
 * a file, the command is not what it seems.
 */
const isHere = (program: string, folder: string): boolean =>
  !program.includes('/') && isFile(join(folder, program));

/** Nothing is allowed because of a path that begins like an option. */
const located = (path: string, folder: string): PolicyPath =>
  path.startsWith('-') ? { given: path, real: null } : locate(path, folder);

/**
 * Every part of a plain word that a program could take for a path: `--out=../x`, `-I/usr/include`, `if=/dev/sda`,
 * `@file`, `host:path`. A bare word is one too: it may be a link that leads out.
 */
export function pathsIn(word: string): readonly string[] {
  const parts = word.split(/[=:,@+%]/).filter((part) => part !== '');
  return parts.flatMap((part) => (part.startsWith('-') ? pathsInOption(part) : [part]));
}

/** `-C..` and `-I/usr/include` have their path right behind the letter. */
function pathsInOption(option: string): readonly string[] {
  const slash = option.indexOf('/');
  if (option.startsWith('--')) return slash >= 0 || option.includes('..') ? [option] : [];
  const value = option.slice(2);
  return [...(value === '' ? [] : [value]), ...(slash < 0 ? [] : [option.slice(slash)])];
}

const MOST_MENTIONED = 200;

function mentionedIn(command: string, folder: string): PolicyPath[] {
  const words = new Set(possibleCommands(command).flat());
  return [...words]
    .slice(0, MOST_MENTIONED)
    .flatMap((word) => pathsIn(word).map((path) => locate(path, folder)));
}
