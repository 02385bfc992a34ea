import type { CommandWords, OptionWord } from './words.ts';

/** A script for bash. Values that may be anything are completed as files. */
export function bashScript(name: string, commands: readonly CommandWords[]): string {
  const options = new Map<string, OptionWord>();
  for (const command of commands) for (const each of command.options) options.set(each.name, each);
  const withValue = [...options.values()].filter(({ takesValue }) => takesValue);
  const chosen = withValue.flatMap(({ name: option, choices }) =>
    choices ? [`    ${option}) words="${choices.join(' ')}" ;;`] : [],
  );
  const free = withValue.filter(({ choices }) => choices === undefined).map((each) => each.name);
  return `# Completion of ${name} for bash: source <(${name} completion bash)
_${name}() {
  local current="\${COMP_WORDS[COMP_CWORD]}" before="\${COMP_WORDS[COMP_CWORD - 1]}" words
  COMPREPLY=()
  case "$before" in
${chosen.join('\n')}
    ${free.join('|')}) return ;;
    *)
      if [ "$COMP_CWORD" -eq 1 ]; then
        words="${commands.map((command) => command.name).join(' ')} --help --version"
      else
        case "\${COMP_WORDS[1]}" in
${commands.map(branch).join('\n')}
        esac
      fi
      ;;
  esac
  COMPREPLY=($(compgen -W "$words" -- "$current"))
}
complete -o default -F _${name} ${name}
`;
}

/** The same for zsh, which reads scripts of bash. */
export function zshScript(name: string, commands: readonly CommandWords[]): string {
  return `# Completion of ${name} for zsh: source <(${name} completion zsh)
autoload -U +X compinit && compinit
autoload -U +X bashcompinit && bashcompinit
${bashScript(name, commands).replace(/^#.*\n/, '')}`;
}

function branch({ name, options, choices = [] }: CommandWords): string {
  const words = [...choices, ...options.map((option) => option.name), '--help'];
  return `          ${name}) words="${words.join(' ')}" ;;`;
}
