import { type Labels, labelsOf } from '../../model/samples/sample.ts';
import type {
  MetricsOutputConfig,
  OtlpConfig,
  OutputConfig,
  PushConfig,
  RemoteWriteConfig,
  SigningConfig,
} from '../../model/settings/output.ts';
import { Secret } from '../../model/settings/secret.ts';
import type { Findings } from '../findings/findings.ts';
import { below, formatPath, type Place } from '../findings/place.ts';
import { warnOfKeys } from '../findings/without-effect.ts';
import type { HttpSettingsReader } from '../http/settings.ts';
import { AWS_REGION, type Environment, variable } from '../sources/request.ts';
import type { SecretReader } from '../sources/secret-reader.ts';
import { expandEnvironment } from '../values/environment-text.ts';
import { logsOutput, metricsOutput, roleOf } from './cloudwatch.ts';
import type { MetricsOutputKeys, OutputKeys } from './outputs.ts';
import { CLOUDWATCH, isCloudWatch, type ReceiverKeys, regionOf } from './receiver.ts';
import {
  DEFAULT_MESSAGE,
  messageOf,
  REMOTE_WRITE_WITHOUT_EFFECT,
  type RemoteWriteKeys,
  type RemoteWriteSection,
} from './remote-write.ts';

const REGION_EXPECTED = `a Region to sign requests for, here, in the document or in the environment variable ${AWS_REGION}`;

/** The keys of a native document about outputs. */
export interface OutputSections {
  readonly outputs?: readonly OutputKeys[] | undefined;
  readonly remote_write: readonly RemoteWriteSection[];
  readonly global: { readonly external_labels: Labels };
  /** Region of outputs that name none. */
  readonly region?: string | undefined;
}

/** An output, with the keys that it was made of. */
interface ReadOutput {
  readonly output: OutputConfig;
  readonly keys: OutputKeys | RemoteWriteSection;
  readonly place: Place;
}

/** Turns the keys of a document into outputs, and reads the files and secrets that they name. */
export class OutputReader {
  readonly #secrets: SecretReader;
  readonly #http: HttpSettingsReader;
  readonly #env: Environment;
  readonly #findings: Findings;

  /** @param env has the default Region, and the variables that labels refer to */
  constructor(
    secrets: SecretReader,
    http: HttpSettingsReader,
    env: Environment,
    findings: Findings,
  ) {
    this.#secrets = secrets;
    this.#http = http;
    this.#env = env;
    this.#findings = findings;
  }

  /**
   * The outputs of a document at `place`: those of `outputs`, then those of `remote_write`; undefined if it has
   * neither. Reports two outputs of the same name.
   *
   * @param listPlace place of `outputs`. @default below the document
   */
  async read(
    document: OutputSections,
    place: Place,
    listPlace: Place = below(place, 'outputs'),
  ): Promise<OutputConfig[] | undefined> {
    const { outputs = [], remote_write: remoteWrites, global, region } = document;
    const isUsed = remoteWrites.length > 0 || outputs.some(({ type }) => type === 'remote_write');
    const externalPlace = below(place, 'global', 'external_labels');
    const external = isUsed ? this.#expanded(global.external_labels, externalPlace) : {};
    const read: ReadOutput[] = [];
    for (const [index, keys] of outputs.entries()) {
      const at = below(listPlace, index);
      read.push({ output: await this.#output(keys, external, region, at), keys, place: at });
    }
    for (const [index, keys] of remoteWrites.entries()) {
      const at = below(place, 'remote_write', index);
      warnOfKeys(keys, REMOTE_WRITE_WITHOUT_EFFECT, at, this.#findings);
      const output = await this.#remoteWrite(keys, labelsOf(external), region, at);
      read.push({ output, keys, place: at });
    }
    const named = this.#named(read);
    return named.length === 0 ? undefined : named;
  }

  /** Numbers unnamed outputs that have the same URL, unless they are equal. */
  #named(read: readonly ReadOutput[]): OutputConfig[] {
    const first = new Map<string, ReadOutput>();
    const known = new Set<string>();
    return read.map((each) => {
      const { output, keys, place } = each;
      const name = 'name' in output ? (output.name ?? output.type) : undefined;
      if (name === undefined) return output;
      const earlier = first.get(name);
      const content = contentOf(each);
      if (earlier === undefined) {
        first.set(name, each);
        known.add(content);
        return output;
      }
      const own = 'name' in keys ? keys.name : undefined;
      if (own === undefined && isReceiver(output) && !known.has(content)) {
        known.add(content);
        return { ...output, name: numbered(name, first, each) };
      }
      const expected = `a name other than that of ${formatPath(earlier.place.path)}`;
      this.#findings.reject(below(place, 'name'), expected, JSON.stringify(name));
      return output;
    });
  }

  /** Replaces references to environment variables in the values of labels. */
  #expanded(labels: Labels, place: Place): Labels {
    const entries = Object.entries(labels).map(([label, text]) => {
      const value = expandEnvironment(text, (name) => {
        const found = this.#env[name] || undefined;
        if (found === undefined) {
          const reason = `refers to the environment variable ${JSON.stringify(name)}, which is not set, so Fargauge uses the empty text`;
          this.#findings.warn(below(place, label), reason);
        }
        return found;
      });
      return [label, value];
    });
    // An empty value removes the label.
    return Object.fromEntries(entries.filter(([, value]) => value !== ''));
  }

  async #output(
    keys: OutputKeys,
    external: Labels,
    region: string | undefined,
    place: Place,
  ): Promise<OutputConfig> {
    switch (keys.type) {
      case 'remote_write': {
        const own = this.#expanded(keys.external_labels, below(place, 'external_labels'));
        const labels = labelsOf(external, own);
        return this.#remoteWrite(keys, labels, region, place);
      }
      case 'otlp':
        return this.#otlp(keys, region, place);
      case 'cloudwatch-logs':
        return logsOutput(keys);
      case 'cloudwatch_metrics':
        return this.#metrics(keys, region, place);
      default:
        return keys;
    }
  }

  async #remoteWrite(
    keys: RemoteWriteKeys,
    externalLabels: Labels,
    region: string | undefined,
    place: Place,
  ): Promise<RemoteWriteConfig> {
    const { url, write_relabel_configs: relabeling } = keys;
    const push = await this.#push(keys, url, region, place);
    const name = keys.name ?? `remote_write ${withoutQuery(url)}`;
    const message = messageOf(keys);
    if (message.protobufMessage !== DEFAULT_MESSAGE && keys.metadata_config !== undefined) {
      const reason = `has no effect: with ${message.protobufMessage} each series carries its metadata`;
      this.#findings.warn(below(place, 'metadata_config'), reason);
    }
    return { type: 'remote_write', name, url, ...push, externalLabels, relabeling, ...message };
  }

  async #otlp(
    keys: Extract<OutputKeys, { type: 'otlp' }>,
    region: string | undefined,
    place: Place,
  ): Promise<OtlpConfig> {
    const { endpoint } = keys;
    // CloudWatch bills the bytes of a resource with each point.
    const isBilled = endpoint === CLOUDWATCH || isCloudWatch(endpoint);
    const attributes = keys.attributes ?? (isBilled ? 'lean' : 'all');
    if (endpoint !== CLOUDWATCH) {
      const push = await this.#push(keys, endpoint, region, place);
      const name = keys.name ?? `otlp ${withoutQuery(endpoint)}`;
      return { type: 'otlp', name, url: endpoint, attributes, ...push };
    }
    const { headers, tls } = await this.#push(keys, undefined, region, place);
    const signing = await this.#signing(keys.sigv4 ?? {}, region, place);
    const name = keys.name ?? ['otlp cloudwatch', signing.region].filter(Boolean).join(' ');
    return { type: 'otlp', name, attributes, headers, signing, tls };
  }

  async #metrics(
    keys: MetricsOutputKeys,
    region: string | undefined,
    place: Place,
  ): Promise<MetricsOutputConfig> {
    const signing = await this.#signing(keys.sigv4 ?? {}, regionOf(keys.url) ?? region, place);
    return metricsOutput(keys, signing);
  }

  /** Requests to services of AWS are signed, unless they carry other credentials. */
  async #push(
    keys: ReceiverKeys,
    url: string | undefined,
    region: string | undefined,
    place: Place,
  ): Promise<Omit<PushConfig, 'name'>> {
    const headers: { name: string; value: Secret }[] = [];
    for (const [name, text] of Object.entries(keys.headers)) {
      const value = await this.#http.header(text, below(place, 'headers', name));
      if (value !== undefined) headers.push({ name, value });
    }
    const client = { http_headers: {}, follow_redirects: false, ...keys };
    const { authorization, headers: more, tls: read } = await this.#http.read(client, place);
    const tls = keys.tls_config && read;
    headers.push(...more);
    if (authorization !== undefined) headers.push({ name: 'Authorization', value: authorization });
    const own = regionOf(url);
    const isSigned = keys.sigv4 !== undefined || (own !== undefined && authorization === undefined);
    if (!isSigned) return { headers, tls };
    const signing = await this.#signing(keys.sigv4 ?? {}, own ?? region, place);
    return { headers, signing, tls };
  }

  async #signing(
    keys: NonNullable<ReceiverKeys['sigv4']>,
    fallback: string | undefined,
    place: Place,
  ): Promise<SigningConfig> {
    const { access_key: id, secret_key: key } = keys;
    const secret = key && (await this.#secrets.text(key, below(place, 'sigv4', 'secret_key')));
    const region = keys.region ?? fallback;
    if (region === undefined && variable(this.#env, AWS_REGION) === undefined) {
      this.#findings.reject(place, REGION_EXPECTED, 'nothing');
    }
    return {
      region,
      accessKey: id && secret ? { id, secret: new Secret(secret) } : undefined,
      profile: keys.profile,
      role: roleOf(keys),
    };
  }
}

/** The whole content of an output as one text, for comparison: secrets appear as references. */
function contentOf({ output, keys }: ReadOutput): string {
  const all = keys as Partial<RemoteWriteSection>;
  const { headers, basic_auth, authorization, bearer_token, bearer_token_file, http_headers } = all;
  const credentials = { basic_auth, authorization, bearer_token, bearer_token_file };
  const { key, key_file } = all.tls_config ?? {};
  return JSON.stringify([output, headers, credentials, http_headers ?? {}, key, key_file]);
}

/** The name with the first free number from 2 on, which it reserves. */
function numbered(name: string, taken: Map<string, ReadOutput>, by: ReadOutput): string {
  let number = 2;
  while (taken.has(`${name} #${number}`)) number++;
  taken.set(`${name} #${number}`, by);
  return `${name} #${number}`;
}

function isReceiver({ type }: OutputConfig): boolean {
  return type === 'remote_write' || type === 'otlp';
}

/** A URL without its query, for reports. */
function withoutQuery(url: string): string {
  const { origin, pathname } = new URL(url);
  return `${origin}${pathname}`;
}
