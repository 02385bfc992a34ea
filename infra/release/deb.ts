import { execFile } from 'node:child_process';
import { chmod, cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { arch, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { CLI_DIRECTORY, REPOSITORY } from '../build/paths.ts';

/** Debian's names of Node.js's architectures. */
const ARCHITECTURES: Readonly<Record<string, string>> = { x64: 'amd64', arm64: 'arm64' };

const UNIT = join(REPOSITORY, 'examples/fargauge.service');

const LIBRARY = '/usr/lib/fargauge';

/** Finds the Node.js of the package, whatever the machine has. */
const COMMAND = `#!/bin/sh
exec ${LIBRARY}/node ${LIBRARY}/fargauge.cjs "$@"
`;

/** The unit is not started before there is a configuration; an upgrade goes on with the new program. */
const AFTER_INSTALLATION = `#!/bin/sh
set -e
if [ -d /run/systemd/system ]; then
  systemctl daemon-reload
  systemctl try-restart fargauge.service || true
fi
`;

const BEFORE_REMOVAL = `#!/bin/sh
set -e
if [ "$1" = remove ] && [ -d /run/systemd/system ]; then
  systemctl disable --now fargauge.service || true
fi
`;

const AFTER_REMOVAL = `#!/bin/sh
set -e
if [ -d /run/systemd/system ]; then systemctl daemon-reload; fi
if [ "$1" = purge ]; then rm -rf /var/lib/fargauge /var/lib/private/fargauge; fi
`;

interface Manifest {
  readonly version: string;
  readonly description: string;
  readonly homepage: string;
}

/**
 * Makes a Debian package for this machine's architecture: the command line, the Node.js that runs this, and the unit of systemd.
 *
 * @param folder gets the package
 * @param command the bundled command line
 * @returns path of the package
 */
export async function makeDeb(folder: string, command: string = CLI_DIRECTORY): Promise<string> {
  const manifest: Manifest = JSON.parse(await readFile(join(REPOSITORY, 'package.json'), 'utf8'));
  const architecture = ARCHITECTURES[arch()] ?? arch();
  const root = await mkdtemp(join(tmpdir(), 'fargauge-deb-'));
  try {
    // The folder of all users' programs.
    await chmod(root, 0o755);
    const library = join(root, LIBRARY);
    await cp(command, library, { recursive: true, filter: (path) => !path.endsWith('.map') });
    await cp(process.execPath, join(library, 'node'));
    await write(root, 'usr/bin/fargauge', COMMAND, 0o755);
    await write(root, 'usr/lib/systemd/system/fargauge.service', await unit());
    await write(root, 'etc/default/fargauge', 'AWS_REGION=\n');
    await copy(root, 'usr/share/doc/fargauge/copyright', 'LICENSE');
    await copy(
      root,
      'usr/share/doc/fargauge/examples/fargauge.yaml',
      'examples/node-exporter.yaml',
    );
    await write(root, 'DEBIAN/control', control(manifest, architecture));
    await write(root, 'DEBIAN/conffiles', '/etc/default/fargauge\n');
    await write(root, 'DEBIAN/postinst', AFTER_INSTALLATION, 0o755);
    await write(root, 'DEBIAN/prerm', BEFORE_REMOVAL, 0o755);
    await write(root, 'DEBIAN/postrm', AFTER_REMOVAL, 0o755);
    const file = join(folder, `fargauge_${manifest.version}_${architecture}.deb`);
    await promisify(execFile)('dpkg-deb', ['-Zgzip', '--root-owner-group', '--build', root, file]);
    return file;
  } finally {
    await rm(root, { recursive: true });
  }
}

/** That of the guide, with the package's own program, and with the Region from a file that an upgrade keeps. */
async function unit(): Promise<string> {
  const text = await readFile(UNIT, 'utf8');
  return text
    .replace(/^(#.*\n)+/, '')
    .replace('/opt/fargauge/node /opt/fargauge/fargauge.cjs', '/usr/bin/fargauge')
    .replace(/^Environment=AWS_REGION=.*$/m, 'EnvironmentFile=/etc/default/fargauge');
}

function control({ version, description, homepage }: Manifest, architecture: string): string {
  return `Package: fargauge
Version: ${version}
Architecture: ${architecture}
Maintainer: Fargauge <${homepage}>
Section: admin
Priority: optional
Homepage: ${homepage}
Depends: libc6, libstdc++6
Description: ${description}
 This package has the collector for machines outside of ECS, as a service.
`;
}

async function write(root: string, path: string, text: string, mode = 0o644): Promise<void> {
  const file = join(root, path);
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, text, { mode });
}

async function copy(root: string, path: string, from: string): Promise<void> {
  await write(root, path, await readFile(join(REPOSITORY, from), 'utf8'));
}
