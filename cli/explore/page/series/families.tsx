import { Fragment } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import type { Engine } from '../../engine/protocol.ts';
import type { FamilyView, OpenedView, ResultsView } from '../../engine/view.ts';
import { counted, nameParts, plural, valueText } from '../text.ts';
import { SeriesList } from './list.tsx';
import { Sparkline } from './sparkline.tsx';

interface Props {
  readonly engine: Engine;
  readonly results: ResultsView;
  readonly opened: OpenedView;
  onEdit(edit: string): void;
  onTargets(): void;
}

const FILTERS = {
  all: ['all', () => true],
  published: ['published', ({ published }: FamilyView) => published > 0],
  unpublished: ['not published', ({ published, series }: FamilyView) => published < series],
  changed: ['changed by edits', ({ taken, lost }: FamilyView) => taken + lost > 0],
} as const satisfies Record<string, readonly [string, (family: FamilyView) => boolean]>;

type Filter = keyof typeof FILTERS;

/** A searchable table of families. A family opens to its series, and a series to its explanation. */
export function Families({ engine, results, opened, onEdit, onTargets }: Props) {
  const [words, setWords] = useState('');
  const [filter, setFilter] = useState<Filter>('all');
  const [open, setOpen] = useState<ReadonlySet<string>>(new Set());
  const names = useMatching(engine, results, words);
  const [, accepts] = FILTERS[filter];
  const found = results.families.filter(
    (family) => (names?.has(family.name) ?? true) && accepts(family),
  );
  const toggle = (name: string) =>
    setOpen((before) => {
      const after = new Set(before);
      if (!after.delete(name)) after.add(name);
      return after;
    });
  return (
    <>
      <div class="tools">
        <label>
          <span>Find series</span>
          <input
            type="search"
            value={words}
            placeholder="name, label, value or reason"
            onInput={({ currentTarget }) => setWords(currentTarget.value)}
          />
        </label>
        <label>
          <span>Show</span>
          <select
            value={filter}
            onChange={({ currentTarget }) => setFilter(currentTarget.value as Filter)}
          >
            {Object.entries(FILTERS).map(([id, [label]]) => (
              <option key={id} value={id}>
                {label}
              </option>
            ))}
          </select>
        </label>
      </div>
      {found.length === 0 ? (
        <Nothing results={results} opened={opened} onTargets={onTargets} />
      ) : (
        <table class="families">
          <caption class="hidden">Families of series</caption>
          <thead>
            <tr>
              <th scope="col">Family</th>
              <th scope="col" class="wide">
                Type
              </th>
              <th scope="col" class="number">
                Value
              </th>
              <th scope="col" class="wide history">
                History
              </th>
              <th scope="col">Result</th>
            </tr>
          </thead>
          <tbody>
            {found.map((family) => (
              <Fragment key={family.name}>
                <Family
                  family={family}
                  isOpen={open.has(family.name)}
                  onToggle={() => toggle(family.name)}
                />
                {open.has(family.name) && (
                  <tr class="opened">
                    <td colSpan={5}>
                      <SeriesList
                        engine={engine}
                        results={results}
                        family={family.name}
                        words={words}
                        onEdit={onEdit}
                      />
                    </td>
                  </tr>
                )}
              </Fragment>
            ))}
          </tbody>
        </table>
      )}
    </>
  );
}

/** The names of the families with series that contain the words; undefined: all. */
function useMatching(engine: Engine, results: ResultsView, words: string) {
  const [names, setNames] = useState<ReadonlySet<string>>();
  useEffect(() => {
    let isCurrent = true;
    if (words.trim() === '') setNames(undefined);
    else {
      engine.families(words).then((found) => {
        if (isCurrent) setNames(new Set(found));
      });
    }
    return () => {
      isCurrent = false;
    };
  }, [engine, results, words]);
  return names;
}

function Family(props: {
  readonly family: FamilyView;
  readonly isOpen: boolean;
  onToggle(): void;
}) {
  const { family, isOpen, onToggle } = props;
  const { name, type, series, range, history, taken, lost } = family;
  return (
    <tr class={isOpen ? 'family open' : 'family'}>
      <th scope="row">
        <button type="button" class="disclosure" aria-expanded={isOpen} onClick={onToggle}>
          <span class="name">
            {nameParts(name).map((part) => (
              <Fragment key={part}>
                {part}
                <wbr />
              </Fragment>
            ))}
          </span>
        </button>
        {taken > 0 && <span class="badge taken">{counted(taken)} newly taken</span>}
        {lost > 0 && <span class="badge lost">{counted(lost)} newly lost</span>}
      </th>
      <td class="wide muted">{type}</td>
      <td class="number">
        <Range range={range} />
        {series > 1 && <small>{counted(series)} series</small>}
      </td>
      <td class="wide history">
        <Sparkline lines={history} name={name} />
      </td>
      <td>
        <Fates family={family} />
      </td>
    </tr>
  );
}

function Range({ range }: Pick<FamilyView, 'range'>) {
  if (range === undefined) return <span class="muted">no number</span>;
  const [least, greatest] = range;
  return (
    <span>
      {least === greatest ? valueText(least) : `${valueText(least)} – ${valueText(greatest)}`}
    </span>
  );
}

function Fates({ family }: { readonly family: FamilyView }) {
  const { fates, series } = family;
  return (
    <ul class="fates">
      {fates.map(([fate, count]) => (
        <li key={fate} class={/^published/.test(fate) ? 'good' : 'muted'}>
          {count === series ? fate : `${counted(count)} ${fate}`}
        </li>
      ))}
    </ul>
  );
}

/** Says where a series may be that nobody finds. */
function Nothing({ results, opened, onTargets }: Omit<Props, 'engine' | 'onEdit'>) {
  const { targets, up, series } = results.counts;
  const down = targets - up;
  const { leftOut } = opened;
  return (
    <div class="problem">
      <p>
        None of {plural(series, 'series', 'series')} of {plural(up, 'target', 'targets')}. No target
        that is up exposes it.
      </p>
      {(down > 0 || leftOut.length > 0 || targets === 0) && (
        <p>
          {targets === 0 ? 'There is no target. ' : ''}
          {down > 0 ? `${plural(down, 'target is', 'targets are')} down. ` : ''}
          {leftOut.length > 0
            ? `Discovery left out parts for ${plural(leftOut.length, 'reason', 'reasons')}. `
            : ''}
          <button type="button" class="link" onClick={onTargets}>
            Show the targets
          </button>
        </p>
      )}
    </div>
  );
}
