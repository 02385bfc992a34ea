import type { Command } from 'commander';

/** One option of a command, for a shell. */
export interface OptionWord {
  /** Such as `--config`. */
  readonly name: string;
  readonly description: string;
  /** Whether a value follows. */
  readonly takesValue: boolean;
  /** The only values. Absent: any. */
  readonly choices?: readonly string[] | undefined;
}

/** One command, for a shell. */
export interface CommandWords {
  readonly name: string;
  readonly description: string;
  readonly options: readonly OptionWord[];
  /** The only values of its first argument. Absent: any. */
  readonly choices?: readonly string[] | undefined;
}

/** What a shell can complete, as the commands themselves say. */
export function wordsOf(program: Command): readonly CommandWords[] {
  return program.commands.map((command) => ({
    name: command.name(),
    description: command.description(),
    choices: command.registeredArguments[0]?.argChoices,
    options: command.options.flatMap(({ long, description, required, optional, argChoices }) =>
      long
        ? [{ name: long, description, takesValue: required || optional, choices: argChoices }]
        : [],
    ),
  }));
}
