import { ENV } from '../model/names.ts';
import type { Findings } from './findings.ts';
import { describeGiven } from './given.ts';
import type { Place } from './place.ts';

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
}

/** The value of an environment variable; a blank one counts as absent, for some deployments cannot leave one out. */
export function variable(env: Environment, name: string): string | undefined {
  return env[name]?.trim() ? env[name] : undefined;
}

export function surroundingsOf(env: Environment): Surroundings {
  return { cluster: variable(env, ENV.cluster), logGroup: variable(env, ENV.logGroup) };
}

/** Reads a file that the value at `place` names; one that cannot be read is a finding there. */
export async function readFileAt(
  path: string,
  place: Place,
  request: ConfigRequest,
  findings: Findings,
): Promise<Text | undefined> {
  try {
    return { source: path, text: await request.readFile(path) };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    findings.reject(place, 'a file that can be read', describeGiven(path), reason);
    return undefined;
  }
}
