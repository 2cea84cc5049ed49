/**
 * What a shell has to read once so that it asks `runfleet complete` for words. Knows shells and nothing about commands: what
 * comes back is a word a line, with what it is behind a tab, and `:files` where names of files fit too.
 *
 * Libraries that write such scripts cannot wait for an answer of the fleet while they complete.
 */

const bash = `# Completion of runfleet for bash. In ~/.bashrc: source <(runfleet completion bash)
_runfleet() {
  local line current="\${COMP_WORDS[COMP_CWORD]}"
  COMPREPLY=()
  while IFS= read -r line; do
    if [[ $line == ":files" ]]; then
      compopt -o filenames 2>/dev/null
      while IFS= read -r line; do COMPREPLY+=("$line"); done < <(compgen -f -- "$current")
    else
      COMPREPLY+=("\${line%%$'\\t'*}")
    fi
  done < <("\${COMP_WORDS[0]}" complete -- "\${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null)
}
complete -F _runfleet runfleet
`;

const zsh = `#compdef runfleet
# Completion of runfleet for zsh. In ~/.zshrc, after compinit: source <(runfleet completion zsh)
_runfleet() {
  local line files
  local -a found
  for line in "\${(@f)$("\${words[1]}" complete -- "\${(@)words[2,CURRENT]}" 2>/dev/null)}"; do
    if [[ $line == ":files" ]]; then
      files=1
    elif [[ -n $line ]]; then
      found+=("\${\${line%%$'\\t'*}//:/\\\\:}:\${line#*$'\\t'}")
    fi
  done
  (( \${#found} )) && _describe -V runfleet found
  [[ -n $files ]] && _files
  return 0
}
compdef _runfleet runfleet
`;

const fish = `# Completion of runfleet for fish. In ~/.config/fish/config.fish: runfleet completion fish | source
function __runfleet_complete
    set -l words (commandline -opc)
    set -l current (commandline -ct)
    for line in ($words[1] complete -- $words[2..] "$current" 2>/dev/null)
        if test "$line" = ":files"
            __fish_complete_path "$current"
        else
            echo $line
        end
    end
end
complete -c runfleet -f -a '(__runfleet_complete)'
`;

export const shellScripts: Readonly<Record<string, string>> = { bash, zsh, fish };
