import type { DropReason } from '../../lambda/model/samples/drops.ts';
import type { DeclarationTrace } from '../../lambda/rules/trace.ts';
import type { SeriesExplanation } from './explain.ts';
import type { PublishedMetric } from './published.ts';
import type { Received } from './receivers.ts';

/** Characters of a text that no expression reads, because it is too long. */
const MAX_SHOWN = 80;

/** One series for people: its fate, then each declaration in turn. */
export function describeSeries(series: SeriesExplanation): string {
  const { name, type, labels, value, metrics, dropped, declarations, received, edit } = series;
  return [
    `${name}${textOf(labels)}  ${value} (${type})`,
    ...metrics.map((metric) => `  published as ${metricText(metric)}`),
    ...(dropped
      ? [
          `  ${metrics.length > 0 ? 'not this sample' : 'not published'}: ${dropped.reason}: ${dropped.text}`,
        ]
      : []),
    ...declarations.map((each) => `  metric_declaration[${each.index}]: ${traceText(each)}`),
    ...received.map((each) => `  ${receivedText(each)}`),
    ...(edit ? [`  to publish it, ${edit.text}`] : []),
  ].join('\n');
}

/** A line for each name: how many series have it, and what becomes of them. */
export function describeFamilies(explained: readonly SeriesExplanation[]): string {
  const lines = [...Map.groupBy(explained, ({ name }) => name)].map(([name, series]) => {
    const fates = Map.groupBy(series, ({ metrics, dropped }) =>
      fateOf({ metrics, reason: dropped?.reason }),
    );
    const counts = [...fates].map(([fate, { length }]) => `${length} ${fate}`).join(', ');
    return `${name}: ${counts}`;
  });
  return lines.join('\n');
}

/** `published`, or the reason why it is not. */
export function fateOf({
  metrics,
  reason,
}: Pick<SeriesExplanation, 'metrics'> & { readonly reason: DropReason | undefined }): string {
  if (metrics.length > 0 && reason === 'first_sample') return 'published from the second scrape on';
  return reason ?? (metrics.length > 0 ? 'published' : 'log event');
}

function metricText({ namespace, name, dimensions, unit, as }: PublishedMetric): string {
  const how = unit === undefined ? as : `${as} in ${unit}`;
  return `${namespace} ${name}${textOf(dimensions)} (${how})`;
}

function receivedText(received: Received): string {
  const { output, dropped } = received;
  if (dropped !== undefined) return `${output} gets nothing: ${dropped.reason}: ${dropped.text}`;
  switch (received.gets) {
    case 'emf_event':
      return `${output} gets an EMF event with it`;
    case 'plain_event':
      return `${output} gets a log event without a metric of it`;
    case 'datum':
      return `${output} gets a datum of it`;
    case 'series': {
      const { __name__: name = '', ...labels } = received.labels;
      return `${output} gets the series ${name}${textOf(labels)}`;
    }
    case 'point': {
      const { metric, kind, attributes, resource } = received;
      return `${output} gets a point of the ${kind.replace('_', ' ')} ${metric}${textOf(attributes)}, of the resource ${textOf(resource)}`;
    }
  }
}

function traceText(trace: DeclarationTrace): string {
  const { selector, matcher, source, sourceLabels, absent, applies, sets, mostCharacters } = trace;
  const selected =
    selector === undefined
      ? 'no selector matches the name'
      : `selector ${JSON.stringify(selector)} matches the name`;
  const lacking = absent.length > 0 ? `; the series lacks ${absent.join(', ')}` : '';
  const verdict =
    mostCharacters === undefined
      ? `${applies ? 'matches' : 'does not match'} ${JSON.stringify(source)}`
      : `reads texts of at most ${mostCharacters} characters, got ${source.length}: ${JSON.stringify(`${source.slice(0, MAX_SHOWN)}…`)}`;
  const applied = `label_matcher ${JSON.stringify(matcher)} ${verdict} (source_labels ${sourceLabels.join(', ')}${lacking})`;
  const dimensions = sets.map(({ names, problems }) =>
    problems.length === 0
      ? `[${names.join(', ')}] is complete`
      : `[${names.join(', ')}]: ${problems.join(', ')}`,
  );
  return [selected, applied, ...dimensions].join('; ');
}

function textOf(labels: Readonly<Record<string, string>>): string {
  const pairs = Object.entries(labels).map(([name, value]) => `${name}=${JSON.stringify(value)}`);
  return `{${pairs.join(', ')}}`;
}
