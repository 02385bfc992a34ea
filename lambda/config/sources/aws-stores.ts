import { Readable } from 'node:stream';
import type { S3Client } from '@aws-sdk/client-s3';
import type { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import type { SSMClient } from '@aws-sdk/client-ssm';

/** Attempts of one request, the first included: the next cycle tries again. */
const MAX_ATTEMPTS = 2;
/** Milliseconds to connect. */
const CONNECTION_TIMEOUT_MS = 2_000;
/** Milliseconds of one attempt. */
const REQUEST_TIMEOUT_MS = 3_000;

/** No configuration is that large. */
const MAX_OBJECT_BYTES = 4 * 1024 * 1024;

/** A text, and the version that distinguishes it from earlier ones. */
export interface Versioned {
  readonly text: string;
  readonly version: string;
}

/** The stores of AWS for configurations and secrets. Each call rejects if nothing can be read, or if its signal is aborted. */
export interface AwsStores {
  /** An object of S3; `undefined` if its version is still `known`. */
  object(
    bucket: string,
    key: string,
    known: string | undefined,
    signal?: AbortSignal,
  ): Promise<Versioned | undefined>;
  /** A parameter of Systems Manager by its name or ARN, decrypted. */
  parameter(name: string, signal?: AbortSignal): Promise<Versioned>;
  /** A secret of Secrets Manager by its ARN. */
  secret(arn: string, signal?: AbortSignal): Promise<string>;
}

/** Address and credentials for the stores. */
export interface StoreOptions {
  /** @default as the SDK finds it */
  readonly region?: string | undefined;
  /** One address for all APIs. @default the endpoints of the Region */
  readonly endpoint?: string | undefined;
}

/**
 * The real stores. They load a client when it is first needed, which few configurations do, and make one client for
 * each Region, because an ARN names its own.
 */
export function awsStores({ region, endpoint }: StoreOptions): AwsStores {
  const settings = (ownRegion: string | undefined = region) => ({
    ...(ownRegion === undefined ? {} : { region: ownRegion }),
    ...(endpoint === undefined ? {} : { endpoint }),
    maxAttempts: MAX_ATTEMPTS,
    requestHandler: {
      connectionTimeout: CONNECTION_TIMEOUT_MS,
      requestTimeout: REQUEST_TIMEOUT_MS,
      throwOnRequestTimeout: true,
    },
  });
  const s3 = once<S3Client>(async () => {
    const { S3Client } = await import('@aws-sdk/client-s3');
    return new S3Client({
      ...settings(),
      // A bucket may be in another Region, and only AWS resolves the names of buckets.
      followRegionRedirects: true,
      forcePathStyle: endpoint !== undefined,
    });
  });
  const ssm = once<SSMClient>(async (of) => {
    const { SSMClient } = await import('@aws-sdk/client-ssm');
    return new SSMClient(settings(of));
  });
  const secrets = once<SecretsManagerClient>(async (of) => {
    const { SecretsManagerClient } = await import('@aws-sdk/client-secrets-manager');
    return new SecretsManagerClient(settings(of));
  });

  return {
    async object(bucket, key, known, signal) {
      const { GetObjectCommand } = await import('@aws-sdk/client-s3');
      const condition = known === undefined ? {} : { IfNoneMatch: known };
      const command = new GetObjectCommand({ Bucket: bucket, Key: key, ...condition });
      try {
        const {
          Body,
          ETag = '',
          ContentLength = 0,
        } = await (await s3()).send(command, optionsOf(signal));
        if (ContentLength > MAX_OBJECT_BYTES) {
          if (Body instanceof Readable) Body.destroy();
          throw new Error(
            `the object has ${ContentLength} bytes, more than a configuration may have`,
          );
        }
        if (!Body) throw new Error('the answer has no body');
        return { text: await Body.transformToString(), version: ETag };
      } catch (error) {
        if (isNotModified(error)) return undefined;
        throw error;
      }
    },
    async parameter(name, signal) {
      const { GetParameterCommand } = await import('@aws-sdk/client-ssm');
      const command = new GetParameterCommand({ Name: name, WithDecryption: true });
      const { Parameter } = await (await ssm(regionOfArn(name))).send(command, optionsOf(signal));
      const { Value: text, Version } = Parameter ?? {};
      if (typeof text !== 'string') throw new Error('the answer has no text of the parameter');
      return { text, version: String(Version) };
    },
    async secret(arn, signal) {
      const { GetSecretValueCommand } = await import('@aws-sdk/client-secrets-manager');
      const command = new GetSecretValueCommand({ SecretId: arn });
      const { SecretString } = await (await secrets(regionOfArn(arn))).send(
        command,
        optionsOf(signal),
      );
      if (typeof SecretString !== 'string') throw new Error('the secret is binary, not a text');
      return SecretString;
    },
  };
}

/** Makes one client for each Region, and keeps it. */
function once<Client>(make: (region?: string) => Promise<Client>) {
  const made = new Map<string | undefined, Promise<Client>>();
  return (region?: string): Promise<Client> => {
    const client = made.get(region) ?? make(region);
    made.set(region, client);
    return client;
  };
}

function optionsOf(abortSignal: AbortSignal | undefined) {
  return abortSignal === undefined ? {} : { abortSignal };
}

function regionOfArn(name: string): string | undefined {
  return /^arn:[^:]*:[^:]*:([^:]+):/.exec(name)?.[1];
}

function isNotModified(error: unknown): boolean {
  const { $metadata } = error as { $metadata?: { httpStatusCode?: number } };
  return $metadata?.httpStatusCode === 304;
}
