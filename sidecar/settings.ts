import { isIP } from 'node:net';

/** The seed exporter's. */
const DEFAULT_PORT = 9546;

const HIGHEST_PORT = 65_535;

/** What the environment says. */
export interface Settings {
  /** Base of the task metadata endpoint, version 4. */
  readonly metadataUri: string;
  /** 0 takes any free port. */
  readonly port: number;
  /** Absent: all interfaces. */
  readonly host: string | undefined;
}

export type Environment = Readonly<Record<string, string | undefined>>;

/** Reads the environment variables. All that is wrong with them is told at once, a line each. */
export function readSettings(
  env: Environment,
): { readonly settings: Settings } | { readonly problems: readonly string[] } {
  const problems: string[] = [];
  const settings = {
    metadataUri: readMetadataUri(env, problems),
    port: readPort(env, problems),
    host: readHost(env, problems),
  };
  return problems.length > 0 ? { problems } : { settings };
}

function readMetadataUri(env: Environment, problems: string[]): string {
  const name = 'ECS_CONTAINER_METADATA_URI_V4';
  const uri = env[name] ?? '';
  if (URL.parse(uri)?.protocol !== 'http:') {
    const expected = 'the URL of the task metadata endpoint, such as http://169.254.170.2/v4/<id>';
    problems.push(`${name}: expected ${expected} (ECS sets it in each container), ${given(uri)}`);
  }
  return uri;
}

function readPort(env: Environment, problems: string[]): number {
  const name = 'ECS_METRICS_EXPORTER_PORT';
  const text = env[name] || String(DEFAULT_PORT);
  const port = /^\d{1,5}$/.test(text) ? Number(text) : Number.NaN;
  if (!(port <= HIGHEST_PORT)) {
    problems.push(`${name}: expected an integer from 0 to ${HIGHEST_PORT}, ${given(text)}`);
  }
  return port;
}

function readHost(env: Environment, problems: string[]): string | undefined {
  const name = 'ECS_METRICS_EXPORTER_HOST';
  const host = env[name] || undefined;
  if (host !== undefined && isIP(host) === 0) {
    problems.push(`${name}: expected an IP address such as 127.0.0.1, ${given(host)}`);
  }
  return host;
}

function given(value: string): string {
  return value === '' ? 'given nothing' : `given ${JSON.stringify(value)}`;
}
