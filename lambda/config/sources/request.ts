import { ENV } from '../../model/settings/names.ts';
import type { Findings } from '../findings/findings.ts';
import { describeGiven } from '../findings/given.ts';
import type { Place } from '../findings/place.ts';
import { reasonOf } from '../findings/reason.ts';
import { isLikeLocation } from './location.ts';

/** In which Lambda and the AWS SDK have the Region. */
export const AWS_REGION = 'AWS_REGION';

export type Environment = Readonly<Record<string, string | undefined>>;

/** Where a configuration may come from. */
export interface ConfigRequest {
  /** The option `--config`: a native document or one of the CloudWatch Agent. Comes before all environment variables. */
  readonly config?: { readonly path: string } | undefined;
  /** The option `--prometheus-config`: the Prometheus file beside a document of the agent, or a Prometheus file alone. */
  readonly prometheusConfig?: { readonly path: string } | undefined;
  readonly env: Environment;
  /** Rejects where the file cannot be read. */
  readFile(path: string): Promise<string>;
  /**
   * Reads what lies at `s3://BUCKET/KEY` or `ssm:NAME`, which may stand for a document and for the path of one. Rejects
   * where it cannot be read.
   * @default a location is an error of the configuration
   */
  readonly readRemote?: ((location: string) => Promise<string>) | undefined;
  /**
   * Gets the secret that `aws:secretsmanager:ARN` or `aws:ssm:NAME` stands for. Rejects where it cannot be read.
   * @default a reference is an error of the configuration
   */
  readonly resolveSecret?: ((reference: string) => Promise<string>) | undefined;
}

/** A text and what messages call its origin. */
export interface Text {
  readonly source: string;
  readonly text: string;
}

/** What the configuration takes from the environment where it says nothing itself. */
export interface Surroundings {
  /** Name or ARN of the cluster. */
  readonly cluster: string | undefined;
  readonly logGroup: string | undefined;
  /** AWS Region of the collector. */
  readonly region: string | undefined;
}

/** The value of an environment variable; a blank one counts as absent, for some deployments cannot leave one out. */
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

/** Reads a file, which the value at `place` names; one that cannot be read is a finding there. */
export async function readFileAt(
  path: string,
  place: Place,
  request: ConfigRequest,
  findings: Findings,
): Promise<Text | undefined> {
  const read = (): Promise<string> => request.readFile(path);
  return readNamed(path, read, 'a file that can be read', place, findings);
}

/** Reads the document whose path or location the value at `place` is; one that cannot be read is a finding there. */
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
      'a document or its path, because nothing reads from S3 or Systems Manager here';
    findings.reject(place, expected, describeGiven(path));
    return undefined;
  }
  const location = path.trim();
  const read = (): Promise<string> => readRemote(location);
  return readNamed(location, read, 'the location of a document that can be read', place, findings);
}

/** The document that an environment variable holds, or whose location it holds; undefined where there is no such variable. */
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
