import { readFileSync } from 'node:fs';
import { isIP } from 'node:net';
import { type EmfRules, readEmfRules } from './emf/rules.ts';
import { type RequestTarget, targetOf } from './http/client.ts';
import type { ScopeSetting } from './sampling/scope.ts';
import { Secret } from './serving/secret.ts';

/** The seed exporter's. */
const DEFAULT_PORT = 9546;

const HIGHEST_PORT = 65_535;

/** How ECS names the launch type in the environment of a container. */
const MANAGED_INSTANCES = 'AWS_ECS_MANAGED_INSTANCES';

/** A task has ten containers. */
const MAX_APPLICATIONS = 32;

/** What can stand in a path as it is. */
const APPLICATION_NAME = /^[\w-]{1,64}$/;

/** Of an own network, nothing else: 127.0.0.0/8 and ::1. */
const LOOPBACK = /^(?:127\.\d+\.\d+\.\d+|::1)$/;

/** Printable ASCII without blanks, as a header can carry it. */
const TOKEN = /^[\x21-\x7e]+$/;

/** What the environment says. */
export interface Settings {
  /** Base of the task metadata endpoint, version 4. */
  readonly metadataUri: string;
  readonly scope: ScopeSetting;
  /** 0 takes any free port. */
  readonly port: number;
  /** Absent: all interfaces. */
  readonly host: string | undefined;
  /** The file of another network namespace in which it listens too; absent: none. */
  readonly namespace: string | undefined;
  /** Endpoints of applications in the same task, by name. */
  readonly applications: ReadonlyMap<string, RequestTarget>;
  /** What clients must show; absent: nothing. */
  readonly token: Secret | undefined;
  /** Whether `/task` and `/stats` are shown. */
  readonly documents: boolean;
  /** What becomes of the points that nobody has collected at the end; absent: nothing. */
  readonly emf: EmfRules | undefined;
}

export type Environment = Readonly<Record<string, string | undefined>>;

/** Reads the environment variables. Reports all errors at once, a line each. */
export function readSettings(
  env: Environment,
): { readonly settings: Settings } | { readonly problems: readonly string[] } {
  const problems: string[] = [];
  const settings = {
    metadataUri: readMetadataUri(env, problems),
    scope: readScope(env, problems),
    port: readPort(env, problems),
    host: readHost(env, problems),
    namespace: readNamespace(env, problems),
    applications: readApplications(env, problems),
    token: readToken(env, problems),
    documents: readDocuments(env, problems),
    emf: readEmf(env, problems),
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

/** By itself, only a task on Managed Instances looks whether it is a daemon's: the endpoints of others do not know all tasks. */
function readScope(env: Environment, problems: string[]): ScopeSetting {
  const name = 'FARGAUGE_SCOPE';
  const text = env[name] || 'auto';
  if (text === 'task' || text === 'instance') return text;
  if (text !== 'auto') problems.push(`${name}: expected task, instance or auto, ${given(text)}`);
  return env.AWS_EXECUTION_ENV === MANAGED_INSTANCES ? 'auto' : 'task';
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

function readNamespace(env: Environment, problems: string[]): string | undefined {
  const name = 'FARGAUGE_NETWORK_NAMESPACE';
  const path = env[name] || undefined;
  if (path !== undefined && !path.startsWith('/')) {
    problems.push(`${name}: expected an absolute path such as /proc/1/ns/net, ${given(path)}`);
  }
  return path;
}

/** `name=url, …` */
function readApplications(env: Environment, problems: string[]): Map<string, RequestTarget> {
  const name = 'FARGAUGE_TARGETS';
  const applications = new Map<string, RequestTarget>();
  for (const entry of (env[name] ?? '').split(',')) {
    const text = entry.trim();
    if (text === '') continue;
    const [key = '', url = ''] = split(text, '=');
    const target = loopbackTarget(url);
    if (!APPLICATION_NAME.test(key) || applications.has(key) || target === undefined) {
      const expected =
        'distinct name=URL, such as keycloak=http://127.0.0.1:8080/metrics (loopback only)';
      problems.push(`${name}: expected ${expected}, ${given(text)}`);
    } else applications.set(key, target);
  }
  if (applications.size > MAX_APPLICATIONS) {
    problems.push(`${name}: expected at most ${MAX_APPLICATIONS}, given ${applications.size}`);
  }
  return applications;
}

function loopbackTarget(text: string): RequestTarget | undefined {
  const url = URL.parse(text);
  if (url?.protocol !== 'http:' || url.username !== '' || url.password !== '') return undefined;
  const target = targetOf(url);
  // By its address: resolving a name would need a thread.
  if (target.host === 'localhost') return { ...target, host: '127.0.0.1' };
  return LOOPBACK.test(target.host) ? target : undefined;
}

function readToken(env: Environment, problems: string[]): Secret | undefined {
  const name = 'FARGAUGE_TOKEN';
  const file = 'FARGAUGE_TOKEN_FILE';
  if (env[name] && env[file]) problems.push(`${name}, ${file}: expected one of them, given both`);
  const token = env[file] ? readTokenFile(file, env[file], problems) : env[name];
  if (!token) return undefined;
  // The token itself is not shown.
  if (!TOKEN.test(token)) problems.push(`${name}: expected printable ASCII without blanks`);
  return new Secret(token);
}

function readTokenFile(name: string, path: string, problems: string[]): string | undefined {
  try {
    const token = readFileSync(path, 'utf8').trim();
    if (token !== '') return token;
    problems.push(`${name}: expected a token in ${path}, the file is empty`);
  } catch (error) {
    problems.push(`${name}: cannot read ${path}: ${String(error)}`);
  }
  return undefined;
}

function readDocuments(env: Environment, problems: string[]): boolean {
  const name = 'FARGAUGE_DOCUMENTS';
  const text = env[name] || 'off';
  if (text !== 'on' && text !== 'off') problems.push(`${name}: expected on or off, ${given(text)}`);
  return text === 'on';
}

function readEmf(env: Environment, problems: string[]): EmfRules | undefined {
  const name = 'FARGAUGE_EMF';
  const text = env[name] ?? '';
  if (text === '') return undefined;
  const found: string[] = [];
  const rules = readEmfRules(text, found);
  problems.push(...found.map((problem) => `${name}: ${problem}`));
  return rules;
}

function split(text: string, separator: string): [string, string] {
  const at = text.indexOf(separator);
  return at < 0 ? [text, ''] : [text.slice(0, at).trim(), text.slice(at + 1).trim()];
}

function given(value: string): string {
  return value === '' ? 'given nothing' : `given ${JSON.stringify(value)}`;
}
