/** Rules as the operator writes them, a folder of a unit with files and links, and calls of agents. */
import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { callFacts } from '../../client/intake/call-facts.ts';
import { type PolicyRequest, verdictOn } from '../../server/domain/policy.ts';
import { readPolicy } from '../../server/policy/policy-file.ts';
import { requestOf } from '../../server/policy/policy-request.ts';
import type { PolicyRule, ToolPermission } from '../../shared/policy-words.ts';

export interface Call {
  readonly tool?: string;
  readonly kind?: string;
  readonly input?: Readonly<Record<string, unknown>>;
  readonly paths?: readonly string[];
  readonly folder?: string;
  readonly agent?: string;
}

export class PolicyScene {
  readonly folder = realpathSync(mkdtempSync(join(tmpdir(), 'policy-')));
  readonly root = join(this.folder, 'state', 'work', 'unit');
  readonly home = join(this.folder, 'home');
  readonly file = join(this.folder, 'policy.json');

  constructor() {
    for (const path of [this.root, this.home]) mkdirSync(path, { recursive: true });
  }

  leave = (): void => rmSync(this.folder, { recursive: true, force: true });

  /** A file of the unit's folder; where a target is given, a link to it. */
  put(path: string, target?: string): void {
    const whole = join(this.root, path);
    mkdirSync(dirname(whole), { recursive: true });
    if (target === undefined) writeFileSync(whole, 'x');
    else symlinkSync(target, whole);
  }

  rules(...rules: readonly object[]): readonly PolicyRule[] {
    const named = rules.map((rule, at) => ({ id: `r${at + 1}`, ...rule }));
    writeFileSync(this.file, JSON.stringify({ rules: named }), { mode: 0o600 });
    return readPolicy(this.file);
  }

  permission({
    tool = '',
    kind = '',
    input = {},
    paths = [],
    folder = this.root,
    agent = '',
  }: Call): ToolPermission {
    const facts = callFacts({ tool, kind, input, paths, folder, isCut: false });
    return { agent, ...facts, allow: 'once', deny: 'no' };
  }

  request(call: Call): PolicyRequest {
    const place = { root: this.root, home: this.home, own: [join(this.folder, 'state')] };
    return requestOf(this.permission(call), place, null);
  }

  /** `allow r1`, or `ask` where no rule is about it. */
  verdict(rules: readonly PolicyRule[], call: Call, ofUnit: readonly PolicyRule[] = []): string {
    const { answer, rule } = verdictOn(this.request(call), { rules, problem: null }, ofUnit);
    return rule === null ? answer : `${answer} ${rule.id}`;
  }

  shell = (rules: readonly PolicyRule[], command: unknown): string =>
    this.verdict(rules, { tool: 'Bash', input: { command } });
}
