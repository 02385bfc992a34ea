import { type ConnectionOptions, createSecureContext, type SecureContext } from 'node:tls';
import type { TlsSettings } from './http.ts';

/** One for all targets of a job, and all requests of an output, because reading certificates costs milliseconds. */
const contexts = new WeakMap<TlsSettings, SecureContext>();

/** The settings as options of node:tls. */
export function tlsOptions(
  settings: TlsSettings,
): Pick<ConnectionOptions, 'secureContext' | 'rejectUnauthorized' | 'servername'> {
  const { serverName, insecureSkipVerify } = settings;
  return {
    secureContext: contextOf(settings),
    rejectUnauthorized: !insecureSkipVerify,
    ...(serverName !== undefined && { servername: serverName }),
  };
}

function contextOf(settings: TlsSettings): SecureContext {
  let context = contexts.get(settings);
  if (context === undefined) {
    const { ca, cert, key, minVersion, maxVersion } = settings;
    context = createSecureContext({ ca, cert, key: key?.reveal(), minVersion, maxVersion });
    contexts.set(settings, context);
  }
  return context;
}
