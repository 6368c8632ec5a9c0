import type { Command } from 'commander';

/**
 * Example invocations by command; the empty name is the program itself. Help begins with
 * them. A test checks that every command has one and that each parses.
 */
export const EXAMPLES: Readonly<Record<string, readonly string[]>> = {
  '': [
    'signalbox start',
    'signalbox add api --command "make api"',
    'signalbox attention',
    'signalbox answer api "use port 8080"',
  ],
  start: [
    'signalbox start',
    'signalbox start --port 8000 --plan plan.json',
    'signalbox start --foreground --read-only',
  ],
  stop: ['signalbox stop'],
  status: ['signalbox status', 'signalbox status --json'],
  add: [
    'signalbox add api --command "make api"',
    'signalbox add ui --command "make ui" --after api --path "ui/**"',
    'signalbox add fix --agent claude --goal "Fix the flaky test." --base main',
    'signalbox add --plan plan.json',
  ],
  ls: ['signalbox ls', 'signalbox ls --status blocked,ready --find auth'],
  show: ['signalbox show api', 'signalbox show api --json'],
  attention: [
    'signalbox attention',
    'signalbox attention --kind review',
    'signalbox attention --interactive',
  ],
  ask: [
    'port=$(signalbox ask "Which port?")',
    'signalbox ask "Keep it?" --option keep="Keep the old one" --option drop="Drop it" --no-text',
    'signalbox ask "Which port?" --chunk api --timeout 600',
  ],
  mcp: ['signalbox mcp', 'signalbox mcp --chunk api', 'signalbox mcp --wait 50'],
  claude: ['signalbox claude "Say how long the README is."'],
  acp: [
    'signalbox acp --prompt "Say how long the README is." -- codex-acp',
    'signalbox acp --mode plan --prompt "Plan it." -- claude-agent-acp',
  ],
  hook: ['signalbox hook claude --state ~/.local/state/signalbox'],
  hooks: ['signalbox hooks install claude', 'signalbox hooks status'],
  'hooks install': [
    'signalbox hooks install claude',
    'signalbox hooks install codex --wait 600 --yes',
    'signalbox hooks install gemini --dry-run',
  ],
  'hooks uninstall': ['signalbox hooks uninstall claude'],
  'hooks status': ['signalbox hooks status', 'signalbox hooks status codex --json'],
  usage: ['signalbox usage', 'signalbox usage --by day --json'],
  policy: ['signalbox policy', 'signalbox policy check "npm test"'],
  'policy ls': ['signalbox policy ls', 'signalbox policy ls --json'],
  'policy check': [
    'signalbox policy check "git status; rm -rf ~"',
    'signalbox policy check --unit api --tool Edit --path src/main.ts',
  ],
  'policy path': ['signalbox policy path'],
  'policy remove': ['signalbox policy remove api unit-1'],
  diff: ['signalbox diff api', 'signalbox diff api --stat', 'signalbox diff api > api.patch'],
  merge: ['signalbox merge api', 'signalbox merge api --strategy squash', 'signalbox merge api --leave'],
  worktree: ['signalbox worktree', 'signalbox worktree path api'],
  'worktree ls': ['signalbox worktree ls', 'signalbox worktree ls --json'],
  'worktree path': ['cd "$(signalbox worktree path api)"'],
  'worktree prune': ['signalbox worktree prune api --dry-run', 'signalbox worktree prune api'],
  'worktree restore': ['signalbox worktree restore api'],
  'worktree forget': ['signalbox worktree forget api'],
  answer: ['signalbox answer api "use port 8080"', 'signalbox answer api --option keep'],
  logs: ['signalbox logs api', 'signalbox logs api -f', 'signalbox logs api --run 2'],
  watch: ['signalbox watch', 'signalbox watch --json'],
  token: ['signalbox token add --name ci', 'signalbox token list', 'signalbox token revoke 3f9a0c12be45'],
  'token add': [
    'signalbox token add --name ci',
    'signalbox token add --role embed --origin https://wiki.example.com --may-answer',
    'signalbox token add --role agent --chunk docs',
  ],
  'token list': ['signalbox token list'],
  'token revoke': ['signalbox token revoke 3f9a0c12be45'],
  'sign-out': ['signalbox sign-out --all'],
  origin: ['signalbox origin add https://wiki.example.com', 'signalbox origin list'],
  'origin add': ['signalbox origin add https://wiki.example.com'],
  'origin remove': ['signalbox origin remove https://wiki.example.com'],
  'origin list': ['signalbox origin list'],
  limits: ['signalbox limits', 'signalbox limits set messages_per_second 100'],
  'limits show': ['signalbox limits show'],
  'limits set': ['signalbox limits set messages_per_second 100', 'signalbox limits set batch default'],
  audit: ['signalbox audit', 'signalbox audit --all --json'],
  trust: ['signalbox trust'],
  doctor: ['signalbox doctor', 'signalbox doctor --security', 'signalbox doctor --agents'],
  wait: ['signalbox wait api && make deploy', 'signalbox wait api --until needs-attention --timeout 3600'],
  retry: ['signalbox retry api'],
  kill: ['signalbox kill api', 'signalbox kill api --run 2'],
  interrupt: ['signalbox interrupt api "leave the tests as they are"'],
  hold: ['signalbox hold api', 'signalbox hold api "until the release is out"'],
  release: ['signalbox release api'],
  prioritize: ['signalbox prioritize api 10'],
  link: ['signalbox link ui api'],
  unlink: ['signalbox unlink ui api'],
  edit: ['signalbox edit api --title "The API"', 'signalbox edit api --path "src/**" --path "test/**"'],
  close: ['signalbox close api', 'signalbox close api "no longer needed" --kill'],
  rm: ['signalbox rm api', 'signalbox rm api --unlink --kill'],
  snooze: ['signalbox snooze api --for 2h', 'signalbox snooze api --until-done ui'],
  wake: ['signalbox wake api'],
  undo: ['signalbox undo api'],
  withdraw: ['signalbox withdraw api', 'signalbox withdraw api "asked elsewhere"'],
  resolve: ['signalbox resolve api ui serialize'],
  conflict: [
    'signalbox conflict api ui --verdict SERIALIZE --confidence 0.8 --reason "both change the router"',
  ],
  report: [
    'signalbox report docs started',
    'signalbox report docs progressed --phase REVIEW',
    'signalbox report docs finished --all',
  ],
  config: ['signalbox config', 'signalbox config update max_agents=6'],
  'config show': ['signalbox config show'],
  'config update': ['signalbox config update max_agents=6 undo_seconds=0'],
  conflicts: ['signalbox conflicts'],
  bulk: ['signalbox bulk hold --find auth --why "until Monday"', 'signalbox bulk retry --kind stuck'],
  history: ['signalbox history', 'signalbox history api --after 120 --limit 50'],
  url: ['signalbox url', 'signalbox url api'],
  open: ['signalbox open', 'signalbox open api'],
  completion: [
    'source <(signalbox completion bash)',
    'signalbox completion fish > ~/.config/fish/completions/signalbox.fish',
  ],
};

/** Puts the examples before the help of each command. */
export function addExamples(command: Command, name = ''): void {
  const lines = (EXAMPLES[name] ?? []).map((example) => `  ${example}`);
  if (lines.length > 0) command.addHelpText('before', ['Examples:', ...lines, ''].join('\n'));
  for (const inner of command.commands) addExamples(inner, `${name} ${inner.name()}`.trim());
}
