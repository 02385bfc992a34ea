import { useState } from 'preact/hooks';
import type { MetricView } from '../engine/view.ts';
import { plural } from './text.ts';

/** Most rows at once. */
const MAX_ROWS = 500;

/** The metrics that CloudWatch would have, with those that the edits have added and removed. */
export function Metrics({ metrics }: { readonly metrics: readonly MetricView[] }) {
  const [words, setWords] = useState('');
  const wanted = words.toLowerCase().split(/\s+/).filter(Boolean);
  const found = metrics.filter((metric) => {
    const text = [metric.namespace, metric.name, ...Object.entries(metric.dimensions).flat()]
      .join(' ')
      .toLowerCase();
    return wanted.every((word) => text.includes(word));
  });
  return (
    <>
      <div class="tools">
        <label>
          <span>Find metrics</span>
          <input
            type="search"
            value={words}
            placeholder="name, dimension or value"
            onInput={({ currentTarget }) => setWords(currentTarget.value)}
          />
        </label>
      </div>
      {found.length === 0 ? (
        <p class="problem">
          {metrics.length === 0
            ? 'The rules publish no metric.'
            : `None of ${metrics.length} metrics.`}
        </p>
      ) : (
        <table class="metrics">
          <caption class="hidden">Metrics of CloudWatch</caption>
          <thead>
            <tr>
              <th scope="col">Metric and dimensions</th>
              <th scope="col" class="wide">
                Unit
              </th>
              <th scope="col" class="wide">
                Value
              </th>
              <th scope="col" class="number">
                Samples
              </th>
            </tr>
          </thead>
          <tbody>
            {found.slice(0, MAX_ROWS).map((metric) => (
              <Metric
                key={JSON.stringify([metric.namespace, metric.name, metric.dimensions])}
                metric={metric}
              />
            ))}
          </tbody>
        </table>
      )}
      {found.length > MAX_ROWS && (
        <p class="muted">and {plural(found.length - MAX_ROWS, 'more', 'more')}: search for them</p>
      )}
    </>
  );
}

function Metric({ metric }: { readonly metric: MetricView }) {
  const { namespace, name, dimensions, unit = 'None', as, series, change } = metric;
  return (
    <tr class={change}>
      <td>
        <span class="muted">{namespace}</span> <strong>{name}</strong>
        {change && <span class={`badge ${change}`}>newly {change}</span>}
        <Dimensions dimensions={dimensions} />
      </td>
      <td class="wide">{unit}</td>
      <td class="wide">{as}</td>
      <td class="number">{series}</td>
    </tr>
  );
}

export function Dimensions({ dimensions }: Pick<MetricView, 'dimensions'>) {
  return (
    <ul class="dimensions" aria-label="Dimensions">
      {Object.entries(dimensions).map(([name, value]) => (
        <li key={name}>
          <span>{name}</span> {value}
        </li>
      ))}
    </ul>
  );
}
