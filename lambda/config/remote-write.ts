import * as z from 'zod';
import { httpClientShape } from './http-client.ts';
import { blankableText, notYet } from './keys.ts';
import { headers, problemsOf, type ReceiverKeys, receiverUrl, sigv4 } from './receiver.ts';
import { relabelConfig } from './relabel-config.ts';
import { type WithoutEffect, withoutEffect } from './without-effect.ts';

/**
 * An entry of `remote_write` of a Prometheus file:
 * https://prometheus.io/docs/prometheus/latest/configuration/configuration/#remote_write
 */

export const REMOTE_WRITE_WITHOUT_EFFECT = {
  queue_config: 'requests go out by their size, at most four at the same time',
  remote_timeout: 'the deadline of the cycle decides how long is tried',
  metadata_config: 'metadata is not sent',
  send_exemplars: 'exemplars are not collected',
  send_native_histograms: 'native histograms are not asked for',
  protobuf_message: 'version 1.0 of the protocol is sent',
  follow_redirects: null,
  enable_http2: null,
  round_robin_dns: null,
} as const satisfies WithoutEffect<string>;

/** Schema of an entry. */
export const remoteWrite = z
  .strictObject({
    url: receiverUrl,
    name: blankableText.optional(),
    headers: headers.default({}),
    write_relabel_configs: z.array(relabelConfig).default([]),
    sigv4: sigv4.optional(),
    basic_auth: httpClientShape.basic_auth,
    authorization: httpClientShape.authorization,
    bearer_token: httpClientShape.bearer_token,
    bearer_token_file: httpClientShape.bearer_token_file,
    http_headers: httpClientShape.http_headers,
    ...withoutEffect(REMOTE_WRITE_WITHOUT_EFFECT),
    ...notYet('Prometheus', [
      ...(['tls_config', 'oauth2', 'azuread', 'google_iam', 'proxy_url', 'no_proxy'] as const),
      ...(['proxy_from_environment', 'proxy_connect_header'] as const),
    ]),
  })
  .superRefine((entry, context) => {
    for (const { path, message, given } of problemsOf(entry, entry.url, entry.sigv4, ['sigv4'])) {
      context.addIssue({ code: 'custom', message, path: [...path], params: { given } });
    }
  });

export type RemoteWriteSection = z.output<typeof remoteWrite>;

/** What `remoteWrite`, or an output of that type, gives. */
export interface RemoteWriteKeys extends ReceiverKeys {
  readonly url: string;
  readonly write_relabel_configs: z.output<typeof relabelConfig>[];
}
