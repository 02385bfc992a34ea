import { globSync } from 'node:fs';
import { arch } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The repository. */
export const ROOT = join(dirname(fileURLToPath(import.meta.url)), '../../..');

/** What the integration tests install; ignored by git, safe to delete. */
export const CACHE = join(ROOT, '.integration');

/** Programs taken out of Debian packages. */
export const DEBIAN = join(CACHE, 'debian');
export const PROMETHEUS = join(DEBIAN, 'usr/bin/prometheus');
export const PROMTOOL = join(DEBIAN, 'usr/bin/promtool');
export const NODE_EXPORTER = join(DEBIAN, 'usr/bin/prometheus-node-exporter');

/** The library that fakes the time, in the folder of this machine's architecture. */
export const [LIBFAKETIME = ''] = globSync('usr/lib/*/faketime/libfaketimeMT.so.1', {
  cwd: DEBIAN,
}).map((path) => join(DEBIAN, path));

/** Python with the moto server, boto3 and cfn-lint. */
export const VENV = join(CACHE, 'venv');
export const PYTHON = join(VENV, 'bin/python');
export const CFN_LINT = join(VENV, 'bin/cfn-lint');

/** The Lambda runtime interface client. */
export const RIC = join(CACHE, 'ric');
export const RIC_MAIN = join(RIC, 'node_modules/aws-lambda-ric/index.mjs');

/** A current Prometheus, compiled here. */
export const PROMETHEUS_SOURCE = join(CACHE, 'prometheus');
export const PROMETHEUS_3 = join(PROMETHEUS_SOURCE, 'prometheus');

/** The sender suite of Prometheus' compliance project, compiled here. */
export const SENDER_SOURCE = join(CACHE, 'remote-write-sender');
export const SENDER_SUITE = join(SENDER_SOURCE, 'sender.test');

/** Zig, and the folder for the search path with nothing but its commands. */
export const ZIG = join(CACHE, 'zig');
export const ZIG_TOOLS = join(ZIG, 'tools');

/** The oldest Node.js on which the package runs, and the folder of its program. */
export const OLDEST_NODE_FOLDER = join(CACHE, 'oldest-node');
export const OLDEST_NODE_BIN = join(
  OLDEST_NODE_FOLDER,
  `node_modules/node-${process.platform}-${arch()}/bin`,
);

/** The program that checks workflows of GitHub. */
export const ACTIONLINT_FOLDER = join(CACHE, 'actionlint');
export const ACTIONLINT = join(ACTIONLINT_FOLDER, 'actionlint');
