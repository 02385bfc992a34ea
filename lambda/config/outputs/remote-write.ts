import * as z from 'zod';
import { PROTOBUF_MESSAGES, type RemoteWriteConfig } from '../../model/settings/output.ts';
import { blankableText, flag, notYet } from '../findings/keys.ts';
import { type WithoutEffect, withoutEffect } from '../findings/without-effect.ts';
import { httpClientShape } from '../http/client.ts';
import { relabelConfig } from '../prometheus/relabel-config.ts';
import { prometheusDuration } from '../values/duration.ts';
import { headers, problemsOf, type ReceiverKeys, receiverUrl, sigv4 } from './receiver.ts';

/**
 * An entry of `remote_write` of a Prometheus file:
 * https://prometheus.io/docs/prometheus/latest/configuration/configuration/#remote_write
 */

export const REMOTE_WRITE_WITHOUT_EFFECT = {
  queue_config: 'Fargauge sends requests by their size, at most four at a time',
  remote_timeout: 'the deadline of the cycle decides how long Fargauge retries',
  send_native_histograms: 'Fargauge does not request native histograms',
  follow_redirects: null,
  enable_http2: null,
  round_robin_dns: null,
} as const satisfies WithoutEffect<string>;

/** As in Prometheus 3. */
export const DEFAULT_MESSAGE = 'prometheus.WriteRequest';

const MESSAGE_EXPECTED = `one of ${PROTOBUF_MESSAGES.join(', ')}`;
const COUNT_EXPECTED = 'a whole number of at least 1';

/** Defaults of Prometheus: milliseconds between two sends of metadata, and entries of a request. */
const METADATA_MS = 60_000;
const MAX_METADATA = 2_000;

/** Keys about the content of requests, which a native output shares. */
export const messageShape = {
  protobuf_message: z.enum(PROTOBUF_MESSAGES, MESSAGE_EXPECTED).optional(),
  send_exemplars: flag.optional(),
  metadata_config: z
    .strictObject({
      send: flag.optional(),
      send_interval: prometheusDuration.optional(),
      max_samples_per_send: z.int(COUNT_EXPECTED).min(1, COUNT_EXPECTED).optional(),
    })
    .optional(),
};

type MessageKeys = Readonly<z.output<z.ZodObject<typeof messageShape>>>;

/** Schema of an entry. */
export const remoteWrite = z
  .strictObject({
    url: receiverUrl,
    name: blankableText.optional(),
    headers: headers.default({}),
    write_relabel_configs: z.array(relabelConfig).default([]),
    sigv4: sigv4.optional(),
    ...messageShape,
    basic_auth: httpClientShape.basic_auth,
    authorization: httpClientShape.authorization,
    bearer_token: httpClientShape.bearer_token,
    bearer_token_file: httpClientShape.bearer_token_file,
    http_headers: httpClientShape.http_headers,
    tls_config: httpClientShape.tls_config,
    ...withoutEffect(REMOTE_WRITE_WITHOUT_EFFECT),
    ...notYet('Prometheus', [
      ...(['oauth2', 'azuread', 'google_iam', 'proxy_url', 'no_proxy'] as const),
      ...(['proxy_from_environment', 'proxy_connect_header'] as const),
    ]),
  })
  .superRefine((entry, context) => {
    for (const { path, message, given } of problemsOf(entry, entry.url, entry.sigv4, ['sigv4'])) {
      context.addIssue({ code: 'custom', message, path: [...path], params: { given } });
    }
  });

export type RemoteWriteSection = z.output<typeof remoteWrite>;

/** The output of `remoteWrite`, or of a native output of that type. */
export interface RemoteWriteKeys extends ReceiverKeys, MessageKeys {
  readonly url: string;
  readonly write_relabel_configs: z.output<typeof relabelConfig>[];
}

/** The content of requests by the keys of an entry; an absent key means the default of Prometheus. */
export function messageOf({
  protobuf_message: protobufMessage = DEFAULT_MESSAGE,
  send_exemplars: sendExemplars = false,
  metadata_config: given = {},
}: MessageKeys): Pick<RemoteWriteConfig, 'protobufMessage' | 'sendExemplars' | 'metadata'> {
  const { send = true, send_interval, max_samples_per_send = MAX_METADATA } = given;
  // 0 means the default.
  const metadata = { intervalMs: send_interval || METADATA_MS, maxEntries: max_samples_per_send };
  return { protobufMessage, sendExemplars, metadata: send ? metadata : undefined };
}
