import { useEffect, useState } from 'preact/hooks';
import type { Engine } from '../../engine/protocol.ts';
import type { ResultsView, SeriesListView, SeriesView } from '../../engine/view.ts';
import { labelsText, plural, valueText } from '../text.ts';
import { Explanation } from './explanation.tsx';

interface Props {
  readonly engine: Engine;
  /** Those of the last edit, after which the list is asked for again. */
  readonly results: ResultsView;
  readonly family: string;
  readonly words: string;
  onEdit(edit: string): void;
}

/** The series of one family; each opens to its explanation. */
export function SeriesList({ engine, results, family, words, onEdit }: Props) {
  const [list, setList] = useState<SeriesListView>();
  const [open, setOpen] = useState<number>();
  useEffect(() => {
    let isCurrent = true;
    engine.list(family, words).then((found) => {
      if (isCurrent) setList(found);
    });
    return () => {
      isCurrent = false;
    };
  }, [engine, results, family, words]);
  if (list === undefined) return <p class="waiting">…</p>;
  return (
    <>
      <ul class="series">
        {list.series.map((series) => (
          <li key={series.id} class={series.change}>
            <Series
              series={series}
              isOpen={open === series.id}
              onToggle={() => setOpen(open === series.id ? undefined : series.id)}
            />
            {open === series.id && (
              <Explanation engine={engine} results={results} id={series.id} onEdit={onEdit} />
            )}
          </li>
        ))}
      </ul>
      {list.more > 0 && (
        <p class="muted">and {plural(list.more, 'more', 'more')}: search for a label or a value</p>
      )}
    </>
  );
}

function Series(props: {
  readonly series: SeriesView;
  readonly isOpen: boolean;
  onToggle(): void;
}) {
  const { series, isOpen, onToggle } = props;
  const { name, labels, value, fate, published, change } = series;
  return (
    <button type="button" class="disclosure" aria-expanded={isOpen} onClick={onToggle}>
      <span class="name">
        {name}
        <span class="labels">{labelsText(labels)}</span>
      </span>
      <span class="value">{valueText(value)}</span>
      <span class={`badge ${published ? 'good' : 'warn'}`}>{fate}</span>
      {change && <span class={`badge ${change}`}>newly {change}</span>}
    </button>
  );
}
