import type { OpenedView, ResultsView, TargetView } from '../engine/view.ts';
import { labelsText, plural } from './text.ts';

interface Props {
  readonly results: ResultsView;
  readonly opened: OpenedView;
}

/** The targets, those that are down first, and all that discovery left out. */
export function Targets({ results, opened }: Props) {
  const { leftOut, errors, omitted } = opened;
  const down = results.targets.filter((target) => target.down !== undefined);
  const up = results.targets.filter((target) => target.down === undefined);
  return (
    <>
      {errors.map((error) => (
        <p class="problem" key={error}>
          Discovery failed: {error}
        </p>
      ))}
      {results.targets.length === 0 && <p class="problem">The discovery found no target.</p>}
      {down.length > 0 && <TargetList title={`Down (${down.length})`} targets={down} />}
      {leftOut.length > 0 && (
        <section aria-labelledby="left-out">
          <h2 id="left-out">Left out ({leftOut.length})</h2>
          <ul class="cards">
            {leftOut.map(({ what, reason, remedy }) => (
              <li key={`${reason} ${what}`}>
                <p>
                  <span class="badge warn">{reason}</span> {what}
                </p>
                {remedy !== undefined && <p class="remedy">{remedy}</p>}
              </li>
            ))}
          </ul>
        </section>
      )}
      {up.length > 0 && <TargetList title={`Up (${up.length})`} targets={up} />}
      {omitted.length > 0 && (
        <section aria-labelledby="omitted">
          <h2 id="omitted">Not in the recording ({omitted.length})</h2>
          <ul class="cards">
            {omitted.map(({ what, reason }) => (
              <li key={`${reason} ${what}`}>
                {what}: {reason}
              </li>
            ))}
          </ul>
        </section>
      )}
    </>
  );
}

function TargetList({
  title,
  targets,
}: {
  readonly title: string;
  readonly targets: readonly TargetView[];
}) {
  const id = title.toLowerCase().replace(/\W+/g, '-');
  return (
    <section aria-labelledby={id}>
      <h2 id={id}>{title}</h2>
      <ul class="cards">
        {targets.map((target) => (
          <Target key={`${target.job} ${target.url}`} target={target} />
        ))}
      </ul>
    </section>
  );
}

function Target({ target }: { readonly target: TargetView }) {
  const { url, job, labels, down, durationMs, series, published } = target;
  return (
    <li>
      <p class="head">
        <span class={`badge ${down ? 'bad' : 'good'}`}>{down ? 'down' : 'up'}</span>
        <code class="url">{url}</code>
        <span class="muted">
          {job} · {down ? '' : `${plural(series, 'series', 'series')}, ${published} published · `}
          {Math.round(durationMs)} ms
        </span>
      </p>
      {down && (
        <p class="remedy">
          <code>{down.reason}</code>: {down.text}
        </p>
      )}
      <p class="labels">{labelsText(labels)}</p>
    </li>
  );
}
