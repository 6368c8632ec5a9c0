/** Rules of the operator that answer permissions by themselves, and what an asker says of a permission. */

export const POLICY_ANSWERS = ['allow', 'ask', 'deny'] as const;
export type PolicyAnswer = (typeof POLICY_ANSWERS)[number];

/** A rule matches where each list that it gives holds something that fits; an empty list says nothing. */
export interface PolicyRule {
  readonly id: string;
  readonly answer: PolicyAnswer;
  /** Names of agents. */
  readonly agents: readonly string[];
  /** Names of tools as the agent says them, or their kinds (`execute`, `edit`, `read` …). */
  readonly tools: readonly string[];
  /** Words of a command; a last `*` stands for any further words. `exact`: whole commands, as they were shown. */
  readonly commands: readonly string[];
  /** Files, folders with all that is in them, or globs. `exact`: real paths of files. */
  readonly paths: readonly string[];
  /** Made by "Allow for this unit". */
  readonly exact: boolean;
}

/** A rule that has no name yet. */
export type NewRule = Omit<PolicyRule, 'id'>;

/** Where a rule stands: in the operator's file, or among those of the unit. */
export const RULE_SOURCES = ['file', 'unit'] as const;
export type RuleSource = (typeof RULE_SOURCES)[number];

export interface RuleName {
  readonly id: string;
  readonly source: RuleSource;
}

/** What an agent asks permission for: said by its adapter, from the call itself and not from its title. */
export interface ToolPermission {
  /** What the agent is called. Of a run, the daemon knows better. */
  readonly agent: string;
  readonly tool: string;
  readonly kind: string;
  /** The whole command as a shell gets it; null: it is none. */
  readonly command: string | null;
  /** The files that it names, as it names them. */
  readonly paths: readonly string[];
  /** Where it is carried out. */
  readonly folder: string;
  /** There is more to the call than is said here: no rule allows it. */
  readonly opaque: boolean;
  /** The options by which a rule answers; null: there is none that means this one call. */
  readonly allow: string | null;
  readonly deny: string | null;
}

/** The option that allows, and makes a rule of the unit: the daemon adds it, agents read it as "once". */
export const ALLOW_UNIT = 'allow-unit';

export const POLICY_FILE = 'policy.json';
