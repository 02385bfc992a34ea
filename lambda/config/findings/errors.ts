/** One error of a configuration. */
export interface ConfigIssue {
  /** Name of an environment variable, path of a file, or `built-in default`. */
  readonly source: string;
  /** Such as `scrape_configs[0].job_name`, or `line 3, column 5` of invalid YAML; empty for a whole document. */
  readonly path: string;
  readonly expected: string;
  /** The value and its type; for lists and objects only the type, because they may hold secrets. */
  readonly given: string;
  /** All of the above in one line, with the reason if there is one. */
  readonly message: string;
}

/** A configuration that cannot be used, with all errors of all its documents. */
export class ConfigError extends Error {
  readonly issues: readonly ConfigIssue[];

  constructor(issues: readonly ConfigIssue[]) {
    const count = issues.length === 1 ? '1 error' : `${issues.length} errors`;
    super(
      `${count} in the configuration\n${issues.map(({ message }) => `- ${message}`).join('\n')}`,
    );
    this.name = 'ConfigError';
    this.issues = issues;
  }
}
