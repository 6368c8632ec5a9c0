/** Decides by the operator's rules whether a permission is allowed, denied, or put to a person. */
import type { NewRule, PolicyAnswer, PolicyRule, RuleName, RuleSource } from '../../shared/policy-words.ts';
import { allowedWords, couldMean } from './command-words.ts';
import { isUnder, leadsIntoGuarded, type PatternPlace } from './path-patterns.ts';

/** The rules of the operator's file, as it stands now. */
export interface Policy {
  readonly path: string;
  readonly rules: readonly PolicyRule[];
  /** Why the file cannot be used; then everything is asked. null: it can, or there is none. */
  readonly problem: string | null;
}

/** A path as it was named, and where it leads; null: that cannot be told. */
export interface PolicyPath {
  readonly given: string;
  readonly real: string | null;
}

export interface CommandWord {
  readonly text: string;
  /** What in it could be a path. */
  readonly paths: readonly PolicyPath[];
}

/** A permission with everything that the disk has to say of it. */
export interface PolicyRequest {
  readonly agent: string;
  readonly tool: string;
  readonly kind: string;
  readonly command: string | null;
  /** null: no command, or one that is more than plain words. */
  readonly words: readonly CommandWord[] | null;
  readonly paths: readonly PolicyPath[];
  /** What the words of a command of any shape could name: never a reason to allow. */
  readonly mentioned: readonly PolicyPath[];
  /** Nothing is allowed: there is more to it than can be told, or it happens outside of the unit's folder. */
  readonly opaque: boolean;
  /** The folder in which the unit works. */
  readonly place: PatternPlace;
  /** Folders of ours: nothing in them is allowed by a pattern, save the unit's own folder. */
  readonly own: readonly string[];
}

export interface PolicyVerdict {
  readonly answer: PolicyAnswer;
  /** null: no rule is about it. */
  readonly rule: RuleName | null;
}

const NO_RULE: PolicyVerdict = { answer: 'ask', rule: null };

/** Deny before ask, ask before allow; without a rule a person is asked. */
export function verdictOn(
  request: PolicyRequest,
  policy: Pick<Policy, 'rules' | 'problem'>,
  ofUnit: readonly PolicyRule[],
): PolicyVerdict {
  if (policy.problem !== null) return NO_RULE;
  const named = (rules: readonly PolicyRule[], source: RuleSource) => rules.map((rule) => ({ rule, source }));
  const all = [...named(policy.rules, 'file'), ...named(ofUnit, 'unit')];
  for (const answer of ['deny', 'ask', 'allow'] as const) {
    const found = all.find(({ rule }) => rule.answer === answer && matches(rule, request));
    if (found) return { answer, rule: { id: found.rule.id, source: found.source } };
  }
  return NO_RULE;
}

function matches(rule: PolicyRule, request: PolicyRequest): boolean {
  if (!isAbout(rule.agents, [request.agent])) return false;
  if (!isAbout(rule.tools, [request.tool, request.kind])) return false;
  if (rule.answer !== 'allow') return couldBe(rule, request);
  if (request.opaque || (rule.tools.length === 0 && request.kind !== 'execute')) return false;
  return rule.exact ? isExactly(rule, request) : isAllowed(rule, request);
}

const isAbout = (wanted: readonly string[], said: readonly string[]): boolean =>
  wanted.length === 0 || wanted.some((each) => said.includes(each));

/** For rules that ask or deny: in doubt it is meant. */
function couldBe({ commands, paths }: PolicyRule, request: PolicyRequest): boolean {
  const { command, place } = request;
  if (commands.length > 0 && (command === null || !commands.some((each) => couldMean(each, command))))
    return false;
  const named = [...request.paths, ...request.mentioned].flatMap(({ given, real }) => [given, real ?? given]);
  return paths.length === 0 || paths.some((pattern) => named.some((path) => isUnder(pattern, path, place)));
}

/** The very command, or the very files, that a person has seen. */
function isExactly({ commands, paths }: PolicyRule, request: PolicyRequest): boolean {
  if (commands.length > 0) return request.command !== null && commands.includes(request.command);
  if (request.command !== null) return false;
  return paths.length === 0
    ? request.paths.length === 0
    : request.paths.length > 0 && request.paths.every(({ real }) => real !== null && paths.includes(real));
}

/** A rule that says nothing of a command allows none; one that says nothing of paths, those of the unit's folder. */
function isAllowed({ commands, paths }: PolicyRule, request: PolicyRequest): boolean {
  const { command, words } = request;
  const places = paths.length > 0 ? paths : ['.'];
  const isInside = ({ real }: PolicyPath) => real !== null && isWithin(places, real, request);
  if (!request.paths.every(isInside)) return false;
  if (command === null) return commands.length === 0 && (paths.length === 0 || request.paths.length > 0);
  if (words === null) return false;
  const texts = words.map(({ text }) => text);
  return commands.some((pattern) => {
    const free = allowedWords(pattern, texts);
    return (
      free !== null && words.slice(words.length - free.length).every((word) => word.paths.every(isInside))
    );
  });
}

const READS = ['read', 'search'];

function isWithin(patterns: readonly string[], real: string, { own, place, kind }: PolicyRequest): boolean {
  const isOurs = own.some((folder) => isUnder(folder, real, place)) && !isUnder('.', real, place);
  if (isOurs) return false;
  return patterns.some(
    (pattern) =>
      isUnder(pattern, real, place) && (READS.includes(kind) || !leadsIntoGuarded(pattern, real, place)),
  );
}

/** The rule that allows the same once more in this unit; null: what was asked cannot be told apart from other things. */
export function unitRule(request: PolicyRequest): NewRule | null {
  const { agent, tool, kind, command, opaque } = request;
  const paths = request.paths.flatMap(({ real }) => real ?? []);
  if (opaque || tool === '' || paths.length < request.paths.length) return null;
  // A rule that names only the tool would allow arguments that nobody has seen: it counts for MCP tools alone.
  if ((command === null && paths.length === 0) !== (kind === 'mcp')) return null;
  const commands = command === null ? [] : [command];
  return {
    answer: 'allow',
    agents: agent === '' ? [] : [agent],
    tools: [tool],
    commands,
    paths: command === null ? paths : [],
    exact: true,
  };
}
