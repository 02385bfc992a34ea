/** The reason why a text could not be read. Errors of the AWS SDK have a name that says more than their message. */
export function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { name, message } = error;
  return name === 'Error' || message === '' ? message || name : `${name}: ${message}`;
}
