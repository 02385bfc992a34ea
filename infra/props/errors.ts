import type { IConstruct } from 'constructs';

/** Misuse of a construct. The message begins with the construct's path. */
export class InvalidPropsError extends Error {
  /** @param place the construct, or the path that it would have */
  constructor(place: IConstruct | string, message: string) {
    super(`[${typeof place === 'string' ? place : place.node.path}] ${message}`);
    this.name = 'InvalidPropsError';
  }
}

/** Invalid settings of the app: all of them at once, each with its place. */
export class SettingsError extends Error {
  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    super(`The settings cannot be used:\n${problems.map((problem) => `  ${problem}`).join('\n')}`);
    this.name = 'SettingsError';
    this.problems = problems;
  }
}
