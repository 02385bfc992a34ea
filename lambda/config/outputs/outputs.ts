import * as z from 'zod';
import type { OutputConfig, ResourceAttributes } from '../../model/settings/output.ts';
import { isConfidential } from '../findings/confidential.ts';
import { describeGiven } from '../findings/given.ts';
import { text } from '../findings/keys.ts';
import { formatPath } from '../findings/place.ts';
import { httpClientShape } from '../http/client.ts';
import { relabelConfig } from '../prometheus/relabel-config.ts';
import { labelSet } from '../values/label-set.ts';
import {
  CLOUDWATCH,
  headers,
  otlpEndpoint,
  problemsOf,
  type ReceiverKeys,
  receiverUrl,
  roleShape,
  type Sigv4Keys,
} from './receiver.ts';
import { messageShape, type RemoteWriteKeys } from './remote-write.ts';

const TYPES = [
  ...(['cloudwatch-logs', 'cloudwatch_metrics', 'stdout', 'file'] as const),
  ...(['remote_write', 'otlp'] as const),
] satisfies OutputConfig['type'][];

type Type = OutputConfig['type'];

const TYPE_EXPECTED = `one of ${TYPES.join(', ')}`;
const ATTRIBUTES_EXPECTED = 'lean, all, or a list of names of attributes';
const LIST_EXPECTED = 'a list of at least one output';

const shape = {
  path: text.optional(),
  url: receiverUrl.optional(),
  endpoint: otlpEndpoint.optional(),
  attributes: z.union([z.enum(['lean', 'all']), z.array(text)], ATTRIBUTES_EXPECTED).optional(),
  name: text.optional(),
  headers: headers.optional(),
  basic_auth: httpClientShape.basic_auth,
  authorization: httpClientShape.authorization,
  tls_config: httpClientShape.tls_config,
  region: text.optional(),
  ...roleShape,
  external_labels: labelSet.optional(),
  write_relabel_configs: z.array(relabelConfig).optional(),
  ...messageShape,
};

const RECEIVERS: readonly Type[] = ['remote_write', 'otlp'];

/** The types that write to AWS. */
const OF_AWS: readonly Type[] = ['cloudwatch-logs', 'cloudwatch_metrics', ...RECEIVERS];

/** The types that take a key. */
const OWNERS: Readonly<Record<keyof typeof shape, readonly Type[]>> = {
  path: ['file'],
  url: ['cloudwatch_metrics', 'remote_write'],
  endpoint: ['otlp'],
  attributes: ['otlp'],
  name: OF_AWS,
  headers: RECEIVERS,
  basic_auth: RECEIVERS,
  authorization: RECEIVERS,
  tls_config: RECEIVERS,
  region: OF_AWS,
  role_arn: OF_AWS,
  external_id: OF_AWS,
  external_labels: ['remote_write'],
  write_relabel_configs: ['remote_write'],
  protobuf_message: ['remote_write'],
  send_exemplars: ['remote_write'],
  metadata_config: ['remote_write'],
};

/** The key that a type requires, with the expected value. */
const REQUIRED: Readonly<Partial<Record<Type, readonly [key: keyof typeof shape, what: string]>>> =
  {
    file: ['path', 'the path of a file'],
    remote_write: ['url', 'the URL of a receiver'],
    otlp: ['endpoint', `"${CLOUDWATCH}", or the URL of a receiver`],
  };

/** Keys of the output for CloudWatch Logs, in the shape of a receiver's keys. */
export type LogsOutputKeys = Pick<ReceiverKeys, 'name' | 'sigv4'>;

/** Keys of the output for CloudWatch's metrics, in the same shape. */
export interface MetricsOutputKeys extends LogsOutputKeys {
  readonly url?: string | undefined;
}

/** An entry with the keys of its type. */
export type OutputKeys =
  | { readonly type: 'stdout' }
  | (LogsOutputKeys & { readonly type: 'cloudwatch-logs' })
  | (MetricsOutputKeys & { readonly type: 'cloudwatch_metrics' })
  | { readonly type: 'file'; readonly path: string }
  | (RemoteWriteKeys & {
      readonly type: 'remote_write';
      readonly external_labels: Readonly<Record<string, string>>;
    })
  | (ReceiverKeys & {
      readonly type: 'otlp';
      readonly endpoint: string;
      readonly attributes?: ResourceAttributes | undefined;
    });

const entry = z.strictObject({ type: z.enum(TYPES, TYPE_EXPECTED), ...shape });

type Entry = z.output<typeof entry>;

const output = entry
  .superRefine((written, context) => {
    for (const { path, message, given } of problemsIn(written)) {
      context.addIssue({ code: 'custom', message, path: [...path], params: { given } });
    }
  })
  .transform(keysOf);

/** Schema of `outputs`. No two outputs may write to the same place; receivers are compared by their names. */
export const outputs = z
  .array(output)
  .min(1, LIST_EXPECTED)
  .superRefine((list, context) => {
    const first = new Map<string, number>();
    for (const [index, each] of list.entries()) {
      if (RECEIVERS.includes(each.type)) continue;
      const key = JSON.stringify(each);
      const earlier = first.get(key);
      if (earlier === undefined) first.set(key, index);
      else {
        const message = `an output other than ${formatPath(['outputs', earlier])}`;
        context.addIssue({ code: 'custom', message, path: [index], params: { given: 'the same' } });
      }
    }
  });

function* problemsIn(written: Entry) {
  const { type } = written;
  const [key, what] = REQUIRED[type] ?? [];
  if (key !== undefined && what !== undefined && written[key] === undefined) {
    yield { path: [key], message: what, given: 'nothing' };
  }
  for (const [name, owners] of Object.entries(OWNERS)) {
    if (written[name as keyof typeof OWNERS] === undefined || owners.includes(type)) continue;
    const whose =
      owners.length === 1
        ? `only the type ${owners[0]} has`
        : `only the types ${listed(owners)} have`;
    const value = written[name as keyof typeof OWNERS];
    const given = isConfidential([name]) ? 'one' : describeGiven(value);
    yield { path: [name], message: `no ${name}, which ${whose}`, given };
  }
  const signing = signingOf(written) ?? (written.endpoint === CLOUDWATCH ? {} : undefined);
  yield* problemsOf(written, written.url ?? written.endpoint, signing, []);
}

/** The keys that ask for a signature; undefined without any. */
function signingOf({ region, role_arn, external_id }: Entry): Sigv4Keys | undefined {
  const keys = Object.entries({ region, role_arn, external_id });
  const given = keys.filter(([, value]) => value !== undefined);
  return given.length === 0 ? undefined : Object.fromEntries(given);
}

function keysOf(written: Entry): OutputKeys {
  const { type, path = '', url = '', endpoint = '', headers: given = {} } = written;
  const { external_labels = {}, write_relabel_configs = [] } = written;
  const { attributes, protobuf_message, send_exemplars, metadata_config } = written;
  const message = { protobuf_message, send_exemplars, metadata_config };
  const { name, basic_auth, authorization, tls_config } = written;
  const client = { basic_auth, authorization, tls_config };
  const receiver = { name, headers: given, ...client, sigv4: signingOf(written) };
  switch (type) {
    case 'file':
      return { type, path };
    case 'remote_write':
      return { type, url, ...receiver, ...message, external_labels, write_relabel_configs };
    case 'otlp':
      return { type, endpoint, attributes, ...receiver };
    case 'cloudwatch-logs':
      return { type, name, sigv4: signingOf(written) };
    case 'cloudwatch_metrics':
      return { type, name, url: written.url, sigv4: signingOf(written) };
    case 'stdout':
      return { type };
  }
}

function listed(types: readonly Type[]): string {
  return `${types.slice(0, -1).join(', ')} and ${types.at(-1)}`;
}
