import type { AwsStores } from './aws-stores.ts';

const SECRET =
  /^aws:secretsmanager:(arn:[^:]+:secretsmanager:[^:]+:\d{12}:secret:[^:]+)(?::(.+))?$/;
const PARAMETER = /^aws:ssm:([\w.:/-]+)$/;

const EXPECTED = 'expected aws:secretsmanager:ARN, the same with :KEY behind it, or aws:ssm:NAME';

/**
 * The secret of a reference: `aws:secretsmanager:ARN` is a secret, `:KEY` behind the ARN selects one value of a secret
 * that is a JSON object, and `aws:ssm:NAME` is a parameter. Rejects without a secret; no message shows any of it.
 */
export async function resolveReference(
  reference: string,
  stores: Pick<AwsStores, 'secret' | 'parameter'>,
  signal?: AbortSignal,
): Promise<string> {
  const [, arn, key] = SECRET.exec(reference) ?? [];
  if (arn !== undefined) return textOf(await stores.secret(arn, signal), key);
  const [, name] = PARAMETER.exec(reference) ?? [];
  if (name === undefined) throw new Error(EXPECTED);
  return (await stores.parameter(name, signal)).text;
}

function textOf(secret: string, key: string | undefined): string {
  if (key === undefined) return secret;
  const value = objectOf(secret)?.[key];
  if (typeof value === 'string' || typeof value === 'number') return String(value);
  throw new Error(
    `the secret is not a JSON object with a string for the key ${JSON.stringify(key)}`,
  );
}

function objectOf(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
    return isObject ? (value as Readonly<Record<string, unknown>>) : undefined;
  } catch {
    return undefined;
  }
}
