import { copyFile, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { bundleCli } from '../../../infra/build/command-line.ts';
import { type Child, start } from './child.ts';
import { ROOT } from './places.ts';

const UNIT = join(ROOT, 'examples/fargauge.service');

/** What the guide puts on a machine, in a folder in the place of `/`. */
export interface Service {
  /** The text of the unit, with its paths in the folder. */
  readonly unit: string;
  readonly configuration: string;
  readonly state: string;
  /** Starts what the unit starts, with the environment that it names. */
  start(options?: ServiceOptions): Child;
}

export interface ServiceOptions {
  /** In the place of the minute of the unit. */
  readonly every?: string;
  /** Beside or in the place of those of the unit. */
  readonly env?: Readonly<Record<string, string>>;
  /** Further arguments. */
  readonly args?: readonly string[];
}

/** Puts the program, a configuration and the credentials of a profile where the unit looks for them. */
export async function installService(
  folder: string,
  configuration: string,
  credentials: string,
): Promise<Service> {
  const at = (path: string) => join(folder, path);
  for (const path of ['etc/fargauge', 'var/lib/fargauge']) {
    await mkdir(at(path), { recursive: true });
  }
  const { missing } = await bundleCli(at('opt/fargauge'));
  if (missing.length > 0) throw new Error(`the program needs ${missing.join()}`);
  await copyFile(process.execPath, at('opt/fargauge/node'));
  await writeFile(at('etc/fargauge/fargauge.yaml'), configuration);
  await writeFile(at('etc/fargauge/aws'), credentials, { mode: 0o600 });
  const unit = (await readFile(UNIT, 'utf8')).replace(
    /(?<=[\s:=])\/(?=opt|etc|var)/g,
    `${folder}/`,
  );
  return {
    unit,
    configuration: at('etc/fargauge/fargauge.yaml'),
    state: at('var/lib/fargauge/state'),
    start: ({ every = '60s', env = {}, args: more = [] } = {}) => {
      const [program = '', ...args] = valuesOf(unit, 'ExecStart')[0]?.split(' ') ?? [];
      const ofUnit = valuesOf(unit, 'Environment').map(
        (line) => line.split('=') as [string, string],
      );
      // systemd gives the service a folder with a copy of what `LoadCredential` names.
      const [, source = ''] = valuesOf(unit, 'LoadCredential')[0]?.split(':') ?? [];
      const variables = ofUnit.map(([name, value]) => [name, value.replace('%d/aws', source)]);
      return start(program, [...args.map((each) => (each === '60s' ? every : each)), ...more], {
        ...Object.fromEntries(variables),
        ...env,
      });
    },
  };
}

function valuesOf(unit: string, key: string): string[] {
  return [...unit.matchAll(new RegExp(`^${key}=(.+)$`, 'gm'))].map(([, value = '']) => value);
}
