import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { ENV } from '../../lambda/model/settings/names.ts';
import type { Candidate } from './validate.ts';
import { type Resources, Values } from './values.ts';

/** Lambda unpacks layers into this folder. https://docs.aws.amazon.com/lambda/latest/dg/packaging-layers.html */
const LAYER_FOLDER = '/opt';

/** The files that the constructs put into the layer of a configuration. */
const LAYER_FILES = ['fargauge-configuration', 'fargauge-prometheus.yaml'];

/** Variables that name or hold a configuration: functions that have the same values of them have the same configuration. */
const CONFIGURATION = [
  ...[ENV.config, ENV.configFile, ENV.outputs, ENV.cluster],
  ...['CW_CONFIG_CONTENT', 'PROMETHEUS_CONFIG_CONTENT'],
];

/** A file that is not the template of a collector: the message names it and the expected content. */
export class TemplateError extends Error {}

/**
 * The configurations of the collectors in a template that `cdk synth` wrote. A value that only the deployment knows is replaced by
 * one of the same form.
 *
 * @param path such as `cdk.out/Fargauge.template.json`
 * @throws TemplateError if the file cannot be read, or has no collector
 */
export async function configurationsIn(path: string): Promise<readonly Candidate[]> {
  const resources = await resourcesOf(path);
  const values = new Values(resources);
  const candidates = new Map<string, Candidate>();
  for (const [id, { Type, Properties = {} }] of Object.entries(resources)) {
    if (Type !== 'AWS::Lambda::Function') continue;
    const written = (Properties.Environment as { Variables?: unknown } | undefined)?.Variables;
    const env = Object.fromEntries(
      Object.entries(written ?? {}).map(([name, value]) => [name, values.textOf(value)]),
    );
    if (!Object.keys(env).some((name) => name.startsWith('FARGAUGE_'))) continue;
    const key = JSON.stringify(CONFIGURATION.map((name) => env[name]));
    if (candidates.has(key)) continue;
    const files = await layerFiles(path, resources, Properties.Layers);
    const region = { AWS_REGION: values.region };
    candidates.set(key, { name: `${path}: ${id}`, env: { ...region, ...env }, files });
  }
  if (candidates.size === 0) {
    throw new TemplateError(
      `${path}: expected a collector (an AWS::Lambda::Function with a variable FARGAUGE_…), found none in ${Object.keys(resources).length} resources`,
    );
  }
  return [...candidates.values()];
}

async function resourcesOf(path: string): Promise<Resources> {
  const text = await readFile(path, 'utf8').catch((error: Error) => {
    throw new TemplateError(`${path}: expected a template that can be read: ${error.message}`);
  });
  let template: { Resources?: unknown } | null;
  try {
    template = JSON.parse(text);
  } catch (error) {
    throw new TemplateError(`${path}: expected the JSON that \`cdk synth\` writes: ${error}`);
  }
  const { Resources } = template ?? {};
  if (typeof Resources !== 'object' || Resources === null) {
    throw new TemplateError(
      `${path}: expected a CloudFormation template with the key Resources, given none`,
    );
  }
  // Anything else among them is no collector.
  return Object.fromEntries(
    Object.entries(Resources).filter(([, each]) => typeof each === 'object' && each !== null),
  );
}

/** The files of the layers whose content lies beside the template, by the path that the function reads them from. */
async function layerFiles(
  template: string,
  resources: Resources,
  layers: unknown,
): Promise<ReadonlyMap<string, string>> {
  const files = new Map<string, string>();
  for (const layer of Array.isArray(layers) ? layers : []) {
    const content = resources[layer?.Ref]?.Properties?.Content as { S3Key?: unknown } | undefined;
    const [asset] = String(content?.S3Key ?? '').split('.');
    for (const name of LAYER_FILES) {
      // The folder of an asset has the name of its hash: https://docs.aws.amazon.com/cdk/v2/guide/assets.html
      const folder = join(dirname(template), `asset.${asset}`);
      const text = await readFile(join(folder, name), 'utf8').catch(() => undefined);
      if (text !== undefined) files.set(`${LAYER_FOLDER}/${name}`, text);
    }
  }
  return files;
}
