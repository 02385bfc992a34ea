import type { OpenedView, ProblemView, ResultsView } from '../engine/view.ts';
import { Price } from './price.tsx';
import { counted } from './text.ts';

interface Props {
  readonly opened: OpenedView;
  /** Absent: not evaluated yet. */
  readonly results: ResultsView | undefined;
  readonly problems: readonly ProblemView[];
  readonly rules: string;
}

/** The counts of the last evaluation, which a screen reader hears after each edit, and the export. */
export function Summary({ opened, results, problems, rules }: Props) {
  const errors = problems.filter(({ severity }) => severity === 'error').length;
  const metrics = results?.metrics.filter(({ change }) => change !== 'lost').length ?? 0;
  return (
    <header class="summary">
      <div class="title">
        <h1>Fargauge</h1>
        <p class="muted">
          Cycle of <time dateTime={opened.recordedAt}>{localTime(opened.recordedAt)}</time>
        </p>
      </div>
      <div class="counts" role="status">
        <ul aria-label="Result of the rules">
          {results && (
            <>
              <Count
                value={`${results.counts.up} of ${results.counts.targets}`}
                label="targets up"
                kind={results.counts.up < results.counts.targets ? 'bad' : undefined}
              />
              <Count value={counted(results.counts.series)} label="series" />
              <Count value={counted(results.counts.published)} label="published" />
              <Count value={counted(metrics)} label="metrics" />
              {results.counts.taken > 0 && (
                <Count
                  value={`+${counted(results.counts.taken)}`}
                  label="newly taken"
                  kind="taken"
                />
              )}
              {results.counts.lost > 0 && (
                <Count value={`−${counted(results.counts.lost)}`} label="newly lost" kind="lost" />
              )}
            </>
          )}
          {errors > 0 && (
            <Count value={String(errors)} label={errors === 1 ? 'error' : 'errors'} kind="bad" />
          )}
        </ul>
      </div>
      {results && <Price price={results.price} before={results.priceBefore} />}
      <button type="button" class="export" onClick={() => download('fargauge.yaml', rules)}>
        Export rules
      </button>
    </header>
  );
}

function Count(props: {
  readonly value: string;
  readonly label: string;
  readonly kind?: 'bad' | 'taken' | 'lost' | undefined;
}) {
  return (
    <li class={props.kind}>
      <strong>{props.value}</strong> {props.label}
    </li>
  );
}

function localTime(iso: string): string {
  return new Date(iso).toLocaleString(undefined, { dateStyle: 'medium', timeStyle: 'medium' });
}

function download(name: string, text: string): void {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(new Blob([text], { type: 'application/yaml' }));
  link.download = name;
  link.click();
  URL.revokeObjectURL(link.href);
}
