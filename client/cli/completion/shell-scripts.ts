/**
 * What a shell needs to complete the words of this program: each script asks `signalbox complete`, where the
 * last word is the one being typed.
 */
export const SHELLS = ['bash', 'zsh', 'fish'] as const;
export type Shell = (typeof SHELLS)[number];

/** Printed instead of candidates where a file or folder is expected: the shell then completes paths itself. */
export const FILES = ':files';

const bash = `# bash: add this line to ~/.bashrc
#   source <(signalbox completion bash)
_signalbox() {
  local candidate
  COMPREPLY=()
  while IFS= read -r candidate; do
    if [ "$candidate" = "${FILES}" ]; then
      compopt -o default 2>/dev/null
      return 0
    fi
    COMPREPLY+=("$candidate")
  done < <(signalbox complete -- "\${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null)
}
complete -F _signalbox signalbox`;

const zsh = `#compdef signalbox
# zsh: add this line to ~/.zshrc, after compinit
#   source <(signalbox completion zsh)
_signalbox() {
  local -a typed candidates
  typed=("\${(@)words[2,CURRENT]}")
  typed[-1]=$PREFIX
  candidates=("\${(@f)$(signalbox complete -- "\${(@Q)typed}" 2>/dev/null)}")
  if [[ "\${candidates[1]}" == "${FILES}" ]]; then
    _files
    return
  fi
  candidates=(\${candidates:#})
  compadd -a candidates
}
if [[ "\${funcstack[1]}" == _signalbox ]]; then
  _signalbox "$@"
else
  compdef _signalbox signalbox
fi`;

const fish = `# fish: save this as ~/.config/fish/completions/signalbox.fish
#   signalbox completion fish > ~/.config/fish/completions/signalbox.fish
function __signalbox_complete
    set -l before (commandline -opc)
    set -l typing (commandline -ct)
    set -l candidates (signalbox complete -- $before[2..-1] "$typing" 2>/dev/null)
    if test "$candidates[1]" = "${FILES}"
        __fish_complete_path "$typing"
        return
    end
    for candidate in $candidates
        echo $candidate
    end
end
complete -c signalbox -f -a '(__signalbox_complete)'`;

export const SCRIPTS: Readonly<Record<Shell, string>> = { bash, zsh, fish };
