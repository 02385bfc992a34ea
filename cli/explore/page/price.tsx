import type { PriceView } from '../engine/view.ts';

interface Props {
  readonly price: PriceView;
  /** Of the rules of the recording. */
  readonly before: number;
}

const DOLLARS = new Intl.NumberFormat('en', { style: 'currency', currency: 'USD' });

/** Cents, below which an amount has not changed. */
const LEAST_CHANGE = 0.005;

/** What a month of the metrics and their events costs; opens to the formulas. */
export function Price({ price, before }: Props) {
  const change = price.dollars - before;
  return (
    <details class="price">
      <summary>
        <strong>{DOLLARS.format(price.dollars)}</strong> a month
        {Math.abs(change) >= LEAST_CHANGE && (
          <span class={`badge ${change > 0 ? 'lost' : 'taken'}`}>
            {change > 0 ? '+' : '−'}
            {DOLLARS.format(Math.abs(change))}
          </span>
        )}
      </summary>
      <div class="popover">
        <p>
          Metrics and log events in a month, without free tiers and without the function.{' '}
          <code>fargauge cost</code> has all parts.
        </p>
        <table>
          <tbody>
            {price.lines.map(({ what, formula, dollars }) => (
              <tr key={what}>
                <th scope="row">
                  {what}
                  <small>{formula}</small>
                </th>
                <td class="number">
                  {dollars === undefined ? 'unknown' : DOLLARS.format(dollars)}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </details>
  );
}
