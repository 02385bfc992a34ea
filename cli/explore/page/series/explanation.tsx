import type { ComponentChildren } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import type { DeclarationTrace } from '../../../../lambda/rules/trace.ts';
import type { Received } from '../../../explain/receivers.ts';
import type { Engine } from '../../engine/protocol.ts';
import type { ExplanationView } from '../../engine/sent.ts';
import type { ResultsView } from '../../engine/view.ts';
import { Dimensions } from '../metrics.tsx';
import { labelsText } from '../text.ts';

interface Props {
  readonly engine: Engine;
  readonly results: ResultsView;
  readonly id: number;
  onEdit(edit: string): void;
}

/** Why a series is published or not: each declaration in turn, and the edit that would take it. */
export function Explanation({ engine, results, id, onEdit }: Props) {
  const [explanation, setExplanation] = useState<ExplanationView>();
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
  const { metrics, dropped, declarations, edit, received, event } = explanation;
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
      {received.length > 0 && (
        <div>
          <p class="place">Sent</p>
          <ul class="sent">
            {received.map((each) => (
              <li key={`${each.output} ${each.gets}`}>
                <Sent received={each} />
              </li>
            ))}
          </ul>
        </div>
      )}
      {event !== undefined && (
        <details>
          <summary>The EMF event</summary>
          <pre>{event}</pre>
        </details>
      )}
    </div>
  );
}

/** What an output gets. */
function Sent({ received }: { readonly received: Received }) {
  const { output, dropped } = received;
  if (dropped !== undefined) {
    return (
      <>
        <strong>{output}</strong>: nothing: <code>{dropped.reason}</code>: {dropped.text}
      </>
    );
  }
  return (
    <>
      <strong>{output}</strong>: {sentText(received)}
    </>
  );
}

function sentText(received: Received) {
  switch (received.gets) {
    case 'emf_event':
      return 'an EMF event with it';
    case 'plain_event':
      return 'a log event without a metric of it';
    case 'datum':
      return 'a datum of PutMetricData';
    case 'series': {
      const { __name__: name = '', ...labels } = received.labels;
      return (
        <>
          the series{' '}
          <code>
            {name}
            {labelsText(labels)}
          </code>
        </>
      );
    }
    case 'point':
      return (
        <>
          a point of the {received.kind} <code>{received.metric}</code> with the attributes{' '}
          <code>{labelsText(received.attributes)}</code> and the resource{' '}
          <code>{labelsText(received.resource)}</code>
        </>
      );
  }
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
