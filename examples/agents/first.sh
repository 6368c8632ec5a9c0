#!/bin/sh
# Carries out a run by the first agent that is installed, with its own login; without one, by the script that plays an agent.
# Arguments: chunk, phase, goal, answer, prompt, as signalbox.json gives them.
prompt=$5

lead() {
  command -v "$1" >/dev/null || return 0
  printf 'Led by %s. Its real model is asked; without a login, the run says how to log in.\n' "$1"
  exec signalbox acp --prompt "$prompt" -- "$@"
}

lead claude-agent-acp
lead codex-acp
lead gemini --acp
lead opencode acp
lead qwen --acp
lead copilot --acp
exec /bin/sh ./agent.sh "$@"
