/** Why something could not be read. What the AWS SDK throws has a name that says more than its message. */
export function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { name, message } = error;
  return name === 'Error' || message === '' ? message || name : `${name}: ${message}`;
}
