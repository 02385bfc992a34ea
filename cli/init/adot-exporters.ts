import { listOf, lookup } from '../../lambda/config/findings/lookup.ts';
import { plainly } from '../../lambda/config/yaml/scalars-by-type.ts';
import type { Section, Tree } from '../recording/native.ts';
import { changed, leftOut, taken, typeOf } from './component.ts';
import type { Fate } from './fate.ts';

/** Text exporters for people, which Fargauge has in its report. */
const FOR_PEOPLE: readonly string[] = ['logging', 'debug', 'file'];

/** The outputs and the rules of the exporters of a collector's file. */
export function exporterOutputs(
  exporters: readonly (readonly [string, Tree])[],
  extensions: Tree,
  fates: Fate[],
): Section {
  const outputs: Section[] = [];
  let emf: Section = {};
  for (const [name, exporter] of exporters) {
    const part = `exporters.${name}`;
    switch (typeOf(name)) {
      case 'prometheusremotewrite':
      case 'awsprometheusremotewrite':
        outputs.push(remoteWrite(name, exporter, extensions));
        fates.push(taken(part, 'as an output remote_write'));
        break;
      case 'otlphttp': {
        const endpoint = lookup(exporter, 'metrics_endpoint') ?? lookup(exporter, 'endpoint');
        outputs.push({ type: 'otlp', name, endpoint, ...headersOf(exporter) });
        fates.push(taken(part, 'as an output otlp'));
        break;
      }
      case 'awsemf':
        outputs.push({ type: 'cloudwatch-logs', ...pick(exporter, ['region', 'role_arn']) });
        emf = { ...emf, ...emfOf(part, exporter, fates) };
        break;
      default: {
        const text = FOR_PEOPLE.includes(typeOf(name))
          ? 'the report of each cycle says what was collected; the output stdout prints events'
          : 'Fargauge writes EMF, CloudWatch metrics, remote write and OTLP over HTTP: use one of them';
        fates.push(leftOut(part, text));
      }
    }
  }
  return { ...emf, ...(outputs.length > 0 && { outputs }) };
}

function remoteWrite(name: string, exporter: Tree, extensions: Tree): Section {
  const authenticator = plainly(lookup(exporter, 'auth', 'authenticator'));
  const extension =
    typeof authenticator === 'string' ? lookup(extensions, authenticator) : undefined;
  const region = lookup(extension, 'region') ?? lookup(exporter, 'aws_auth', 'region');
  const role = lookup(extension, 'assume_role', 'arn') ?? lookup(exporter, 'aws_auth', 'role_arn');
  const externalLabels = lookup(exporter, 'external_labels');
  return {
    type: 'remote_write',
    name,
    url: lookup(exporter, 'endpoint'),
    ...(region !== undefined && { region }),
    ...(role !== undefined && { role_arn: role }),
    ...(externalLabels !== undefined && { external_labels: externalLabels }),
    ...headersOf(exporter),
  };
}

function headersOf(exporter: Tree): Section {
  const headers = lookup(exporter, 'headers');
  return headers === undefined || headers === null ? {} : { headers };
}

/** `metric_declarations` of the exporter are those of the agent with other names of the keys. */
function emfOf(part: string, exporter: Tree, fates: Fate[]): Section {
  const logGroup = lookup(exporter, 'log_group_name');
  const namespace = lookup(exporter, 'namespace');
  const declarations = listOf(lookup(exporter, 'metric_declarations')).flatMap((each) =>
    declarationsOf(each),
  );
  fates.push(taken(part, 'as emf_processor and the output cloudwatch-logs'));
  if (declarations.length === 0) {
    const text =
      'without metric_declarations the exporter published each metric under all of its labels; Fargauge publishes what metric_declaration names, so add entries';
    fates.push(leftOut(`${part}: metrics without declarations`, text));
  }
  for (const key of [
    'dimension_rollup_option',
    'metric_descriptors',
    'parse_json_encoded_attr_values',
  ]) {
    if (lookup(exporter, key) === undefined) continue;
    const text =
      key === 'metric_descriptors'
        ? 'write the units into metric_unit of emf_processor'
        : 'Fargauge publishes exactly the sets of dimensions';
    fates.push(leftOut(`${part}.${key}`, text));
  }
  if (lookup(exporter, 'log_stream_name') !== undefined) {
    fates.push(
      changed(
        `${part}.log_stream_name`,
        'the stream is named after the job, as with the CloudWatch Agent',
      ),
    );
  }
  return {
    ...(logGroup !== undefined && { log_group_name: logGroup }),
    emf_processor: {
      ...(namespace !== undefined && { metric_namespace: namespace }),
      metric_declaration: declarations,
    },
  };
}

/** One for each of the matchers, of which any may match. Without one it applies to all. */
function declarationsOf(entry: Tree): readonly Section[] {
  const dimensions = lookup(entry, 'dimensions');
  const selectors = lookup(entry, 'metric_name_selectors');
  const shared = { dimensions, metric_selectors: selectors };
  const matchers = listOf(lookup(entry, 'label_matchers'));
  if (matchers.length === 0) return [{ source_labels: ['job'], label_matcher: '', ...shared }];
  return matchers.map((matcher) => ({
    source_labels: lookup(matcher, 'label_names'),
    ...(lookup(matcher, 'separator') !== undefined && {
      label_separator: lookup(matcher, 'separator'),
    }),
    label_matcher: lookup(matcher, 'regex'),
    ...shared,
  }));
}

function pick(exporter: Tree, keys: readonly string[]): Section {
  return Object.fromEntries(
    keys.map((key) => [key, lookup(exporter, key)]).filter(([, value]) => value !== undefined),
  );
}
