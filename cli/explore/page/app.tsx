import { useEffect, useRef, useState } from 'preact/hooks';
import type { Engine } from '../engine/protocol.ts';
import type { EvaluationView, OpenedView, ResultsView } from '../engine/view.ts';
import { Alarm } from './alarm.tsx';
import { Editor } from './editor/editor.tsx';
import { Metrics } from './metrics.tsx';
import { useNarrow } from './narrow.ts';
import { Families } from './series/families.tsx';
import { Summary } from './summary.tsx';
import { Tabs } from './tabs.tsx';
import { Targets } from './targets.tsx';

interface Props {
  readonly engine: Engine;
  readonly opened: OpenedView;
}

/** The whole page: the rules on one side, and what they make of the recording on the other. */
export function App({ engine, opened }: Props) {
  const [rules, setRules] = useState(opened.configuration);
  const { evaluation, results } = useEvaluation(engine, rules);
  const [tab, setTab] = useState('series');
  const isNarrow = useNarrow();
  const shown = tab === 'rules' && !isNarrow ? 'series' : tab;
  const problems = evaluation?.problems ?? [];
  const names = [
    ['series', 'Series'],
    ['metrics', 'Metrics'],
    ['targets', 'Targets'],
    ['alarm', 'CPU alarm'],
    ...(isNarrow ? [['rules', 'Rules'] as const] : []),
  ] as const;
  return (
    <>
      <Summary opened={opened} results={results} problems={problems} rules={rules} />
      <main class="columns">
        <section class="rules" aria-label="Rules" hidden={isNarrow && shown !== 'rules'}>
          <Editor text={rules} problems={problems} onChange={setRules} />
        </section>
        <section class="views" aria-label="Results">
          <Tabs names={names} selected={shown} onSelect={setTab} />
          <div
            class="panel"
            hidden={shown === 'rules'}
            role="tabpanel"
            id="panel"
            aria-labelledby={`tab-${shown}`}
          >
            {results === undefined ? (
              <p class="waiting">
                {problems.length > 0 ? 'The rules have errors.' : 'Evaluating …'}
              </p>
            ) : shown === 'targets' ? (
              <Targets results={results} opened={opened} />
            ) : shown === 'alarm' ? (
              <Alarm engine={engine} results={results} />
            ) : shown === 'metrics' ? (
              <Metrics metrics={results.metrics} />
            ) : (
              <Families
                engine={engine}
                results={results}
                opened={opened}
                onEdit={setRules}
                onTargets={() => setTab('targets')}
              />
            )}
          </div>
        </section>
      </main>
    </>
  );
}

/** Evaluates the latest rules. An edit during an evaluation waits for its end, and only the last one counts. */
function useEvaluation(engine: Engine, rules: string) {
  const [evaluation, setEvaluation] = useState<EvaluationView>();
  const [results, setResults] = useState<ResultsView>();
  const latest = useRef(rules);
  const isBusy = useRef(false);
  useEffect(() => {
    latest.current = rules;
    if (isBusy.current) return;
    isBusy.current = true;
    const run = async () => {
      let text: string;
      do {
        text = latest.current;
        const done = await engine.evaluate(text);
        setEvaluation(done);
        if (done.results !== undefined) setResults(done.results);
      } while (text !== latest.current);
      isBusy.current = false;
    };
    run();
  }, [engine, rules]);
  return { evaluation, results };
}
