import { ENV } from '../../model/settings/names.ts';
import type { Findings } from '../findings/findings.ts';
import { describeGiven } from '../findings/given.ts';
import type { Place } from '../findings/place.ts';
import { reasonOf } from '../findings/reason.ts';
import { isLikeLocation } from './location.ts';

/** Lambda and the AWS SDK keep the Region in this variable. */
export const AWS_REGION = 'AWS_REGION';

export type Environment = Readonly<Record<string, string | undefined>>;

/** The possible sources of a configuration. */
export interface ConfigRequest {
  /**
   * The option `--config`: a native document or one of the CloudWatch Agent. Takes precedence over all environment
   * variables.
   */
  readonly config?: { readonly path: string } | undefined;
  /** The option `--prometheus-config`: the Prometheus file beside a document of the agent, or a Prometheus file alone. */
  readonly prometheusConfig?: { readonly path: string } | undefined;
  readonly env: Environment;
  /** Rejects if the file cannot be read. */
  readFile(path: string): Promise<string>;
  /**
   * Reads `s3://BUCKET/KEY` or `ssm:NAME`, which may stand for a document and for the path of one. Rejects if it cannot
   * be read.
   * @default a location is an error of the configuration
   */
  readonly readRemote?: ((location: string) => Promise<string>) | undefined;
  /**
   * Gets the secret of `aws:secretsmanager:ARN` or `aws:ssm:NAME`. Rejects if it cannot be read.
   * @default a reference is an error of the configuration
   */
  readonly resolveSecret?: ((reference: string) => Promise<string>) | undefined;
}

/** A text and the name of its origin in messages. */
export interface Text {
  readonly source: string;
  readonly text: string;
}

/** Defaults that the environment gives to the configuration. */
export interface Surroundings {
  /** Name or ARN of the cluster. */
  readonly cluster: string | undefined;
  readonly logGroup: string | undefined;
  /** AWS Region of the collector. */
  readonly region: string | undefined;
}

/** The value of an environment variable. A blank one counts as absent, because some deployments cannot leave a variable out. */
export function variable(env: Environment, name: string): string | undefined {
  return env[name]?.trim() ? env[name] : undefined;
}

export function surroundingsOf(env: Environment): Surroundings {
  return {
    cluster: variable(env, ENV.cluster),
    logGroup: variable(env, ENV.logGroup),
    region: variable(env, AWS_REGION),
  };
}

/** Reads a file that the value at `place` names; a file that cannot be read is a finding there. */
export async function readFileAt(
  path: string,
  place: Place,
  request: ConfigRequest,
  findings: Findings,
): Promise<Text | undefined> {
  const read = (): Promise<string> => request.readFile(path);
  return readNamed(path, read, 'a file that can be read', place, findings);
}

/** Reads the document at the path or location that the value at `place` names; one that cannot be read is a finding there. */
export async function readDocumentAt(
  path: string,
  place: Place,
  request: ConfigRequest,
  findings: Findings,
): Promise<Text | undefined> {
  if (!isLikeLocation(path)) return readFileAt(path, place, request, findings);
  const { readRemote } = request;
  if (readRemote === undefined) {
    const expected =
      'a document or its path, because this program does not read from S3 or Systems Manager';
    findings.reject(place, expected, describeGiven(path));
    return undefined;
  }
  const location = path.trim();
  const read = (): Promise<string> => readRemote(location);
  return readNamed(location, read, 'the location of a document that can be read', place, findings);
}

/** The document in an environment variable, or at the location in it; undefined without the variable. */
export async function readVariable(
  name: string,
  request: ConfigRequest,
  findings: Findings,
): Promise<Text | undefined> {
  const text = variable(request.env, name);
  if (text === undefined) return undefined;
  if (!isLikeLocation(text)) return { source: name, text };
  return readDocumentAt(text, { source: name, path: [] }, request, findings);
}

async function readNamed(
  name: string,
  read: () => Promise<string>,
  expected: string,
  place: Place,
  findings: Findings,
): Promise<Text | undefined> {
  try {
    return { source: name, text: await read() };
  } catch (error) {
    findings.reject(place, expected, describeGiven(name), reasonOf(error));
    return undefined;
  }
}
