import type { ComponentChildren } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import type { DeclarationTrace } from '../../../../lambda/rules/trace.ts';
import type { SeriesExplanation } from '../../../explain/explain.ts';
import type { Engine } from '../../engine/protocol.ts';
import type { ResultsView } from '../../engine/view.ts';
import { Dimensions } from '../metrics.tsx';

interface Props {
  readonly engine: Engine;
  readonly results: ResultsView;
  readonly id: number;
  onEdit(edit: string): void;
}

/** Why a series is published or not: each declaration in turn, and the edit that would take it. */
export function Explanation({ engine, results, id, onEdit }: Props) {
  const [explanation, setExplanation] = useState<SeriesExplanation>();
  useEffect(() => {
    let isCurrent = true;
    engine.explain(id).then((found) => {
      if (isCurrent) setExplanation(found);
    });
    return () => {
      isCurrent = false;
    };
  }, [engine, results, id]);
  if (explanation === undefined) return <p class="waiting">…</p>;
  const { metrics, dropped, declarations, edit } = explanation;
  return (
    <div class="explanation">
      {dropped && (
        <p class="verdict">
          {metrics.length > 0 ? 'Not this sample' : 'Not published'}: <code>{dropped.reason}</code>:{' '}
          {dropped.text}.
        </p>
      )}
      {metrics.map(({ namespace, name, dimensions, unit, as }) => (
        <div class="verdict" key={JSON.stringify([namespace, name, dimensions])}>
          Published as <span class="muted">{namespace}</span> <strong>{name}</strong>, {as}
          {unit === undefined ? '' : ` in ${unit}`}
          <Dimensions dimensions={dimensions} />
        </div>
      ))}
      {edit && (
        <p class="edit">
          To publish it, {edit.text}.{' '}
          <button type="button" onClick={() => engine.edited(id).then(onEdit)}>
            Apply this edit
          </button>
        </p>
      )}
      {declarations.length > 0 && (
        <ol class="declarations" start={0} aria-label="Declarations">
          {declarations.map((trace) => (
            <li key={trace.index}>
              <Declaration trace={trace} />
            </li>
          ))}
        </ol>
      )}
    </div>
  );
}

function Declaration({ trace }: { readonly trace: DeclarationTrace }) {
  const { index, selector, matcher, source, sourceLabels, absent, applies, sets } = trace;
  return (
    <>
      <p class="place">metric_declaration[{index}]</p>
      <ul>
        <Check holds={selector !== undefined}>
          {selector === undefined ? (
            'no selector matches the name'
          ) : (
            <>
              selector <code>{selector}</code> matches the name
            </>
          )}
        </Check>
        <Check holds={applies}>
          label_matcher <code>{matcher}</code> {applies ? 'matches' : 'does not match'}{' '}
          <code>{JSON.stringify(source)}</code> of {sourceLabels.join(', ')}
          {absent.length > 0 && `; the series lacks ${absent.join(', ')}`}
        </Check>
        {sets.map(({ names, problems }) => (
          <Check key={names.join()} holds={problems.length === 0}>
            dimensions <code>[{names.join(', ')}]</code>{' '}
            {problems.length === 0 ? 'are complete' : problems.join(', ')}
          </Check>
        ))}
      </ul>
    </>
  );
}

function Check({
  holds,
  children,
}: {
  readonly holds: boolean;
  readonly children: ComponentChildren;
}) {
  return (
    <li class={`check ${holds ? 'holds' : 'fails'}`}>
      <span class="mark" role="img" aria-label={holds ? 'yes' : 'no'}>
        {holds ? '✓' : '✗'}
      </span>
      <span>{children}</span>
    </li>
  );
}
