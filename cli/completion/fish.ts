import type { CommandWords } from './words.ts';

/** A script for fish, with the descriptions of commands and options. */
export function fishScript(name: string, commands: readonly CommandWords[]): string {
  const lines = commands.flatMap((command) => {
    const seen = `__fish_seen_subcommand_from ${command.name}`;
    return [
      `complete -c ${name} -f -n __fish_use_subcommand -a ${command.name} -d ${quoted(command.description)}`,
      ...(command.choices
        ? [`complete -c ${name} -f -n '${seen}' -a ${quoted(command.choices.join(' '))}`]
        : []),
      ...command.options.map(({ name: option, description, takesValue, choices }) => {
        const values = choices ? ` -x -a ${quoted(choices.join(' '))}` : takesValue ? ' -r' : '';
        return `complete -c ${name} -n '${seen}' -l ${option.slice(2)}${values} -d ${quoted(description)}`;
      }),
    ];
  });
  return `# Completion of ${name} for fish: ${name} completion fish | source\n${lines.join('\n')}\n`;
}

function quoted(text: string): string {
  return `'${text.replace(/['\\]/g, '\\$&')}'`;
}
