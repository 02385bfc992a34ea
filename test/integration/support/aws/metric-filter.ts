import { spawnSync } from 'node:child_process';
import type { PutMetricFilterCommandInput } from '@aws-sdk/client-cloudwatch-logs';

/** A value that a filter made of an event. */
export interface FilteredValue {
  readonly metric: string;
  readonly value: number;
  readonly dimensions: Readonly<Record<string, string>>;
}

/** The inputs of the `aws logs put-metric-filter` commands in a text, as a shell reads them. */
export function metricFiltersIn(text: string): PutMetricFilterCommandInput[] {
  const commands = text.match(/^aws logs put-metric-filter(?:.*\\\n)*.*$/gm) ?? [];
  return commands.map((command) => {
    // The shell does the quoting; the function stands for the AWS CLI.
    const script = `aws() { for each in "$@"; do printf '%s\\0' "$each"; done; }\n${command}`;
    const { stdout } = spawnSync('sh', ['-c', script], { encoding: 'utf8' });
    const words = stdout.split('\0');
    const after = (option: string) => words[words.indexOf(option) + 1] ?? '';
    return {
      logGroupName: after('--log-group-name'),
      filterName: after('--filter-name'),
      filterPattern: after('--filter-pattern'),
      metricTransformations: [transformationOf(after('--metric-transformations'))],
    };
  });
}

/** The shorthand syntax: https://docs.aws.amazon.com/cli/latest/userguide/cli-usage-shorthand.html */
function transformationOf(shorthand: string) {
  const values = new Map<string, string>();
  for (const [, key = '', value = ''] of shorthand.matchAll(/(\w+)=(\{[^}]*\}|[^,]*)/g)) {
    values.set(key, value);
  }
  const dimensions = [...(values.get('dimensions') ?? '').matchAll(/([\w-]+)=([^,}]+)/g)];
  return {
    metricName: values.get('metricName') ?? '',
    metricNamespace: values.get('metricNamespace') ?? '',
    metricValue: values.get('metricValue') ?? '',
    unit: values.get('unit') as 'None',
    dimensions: Object.fromEntries(dimensions.map(([, name, value]) => [name, value])),
  };
}

/**
 * What a filter makes of an event, by the documented meaning of its pattern as far as the guide uses it: `{ $.x = * }` (the
 * field is there), `{ $.x = "text" }`, and several in parentheses joined by `&&`. moto keeps filters but applies none.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/FilterAndPatternSyntax.html
 */
export function applyFilter(
  { filterPattern = '', metricTransformations = [] }: Partial<PutMetricFilterCommandInput>,
  message: string,
): FilteredValue[] {
  const event = JSON.parse(message) as Record<string, unknown>;
  const [, conditions = ''] = /^\{ (.+) \}$/.exec(filterPattern) ?? [];
  const holds = conditions.split(' && ').every((condition) => {
    const [, field = '', expected = ''] =
      /^\(?\$\.(\w+) = (\*|"[^"]*")\)?$/.exec(condition) ?? fail(filterPattern);
    return expected === '*' ? field in event : event[field] === JSON.parse(expected);
  });
  if (!holds) return [];
  const fieldOf = (selector: string) => event[selector.replace('$.', '')];
  return metricTransformations.flatMap(({ metricName = '', metricValue = '', dimensions = {} }) => {
    const value = fieldOf(metricValue);
    const labels = Object.entries(dimensions).map(([name, from]) => [name, fieldOf(from)]);
    if (typeof value !== 'number' || labels.some(([, label]) => typeof label !== 'string')) {
      return [];
    }
    const texts = Object.fromEntries(labels) as Record<string, string>;
    return [{ metric: metricName, value, dimensions: texts }];
  });
}

function fail(pattern: string): never {
  throw new Error(`expected a pattern of the kind that the guide uses, got ${pattern}`);
}
