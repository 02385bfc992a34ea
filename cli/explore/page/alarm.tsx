import { useEffect, useRef, useState } from 'preact/hooks';
import UPlot from 'uplot';
import { ALARM_DATAPOINTS, ALARM_MINUTES, isAlarm } from '../engine/alarm.ts';
import type { Engine } from '../engine/protocol.ts';
import type { AlarmView, ResultsView } from '../engine/view.ts';
import { valueText } from './text.ts';

interface Props {
  readonly engine: Engine;
  readonly results: ResultsView;
}

/** The default of the constructs, in percent. */
const DEFAULT_THRESHOLD = 80;

const HEIGHT = 280;

/** The alarm on the CPU of tasks, drawn over the last samples. */
export function Alarm({ engine, results }: Props) {
  const [view, setView] = useState<AlarmView>();
  const [threshold, setThreshold] = useState(DEFAULT_THRESHOLD);
  useEffect(() => {
    let isCurrent = true;
    engine.alarm().then((found) => {
      if (isCurrent) setView(found);
    });
    return () => {
      isCurrent = false;
    };
  }, [engine, results]);
  if (view === undefined) return <p class="waiting">…</p>;
  if (view.tasks.length === 0) {
    return (
      <p class="problem">
        No target has a history of CPU utilization. Tasks with the sidecar have one, if the page
        scrapes them itself.
      </p>
    );
  }
  const isOn = isAlarm(view, threshold);
  const [, last = Number.NaN] = view.minutes.at(-1) ?? [];
  return (
    <>
      <div class="tools">
        <label>
          <span>Alarm above</span>
          <input
            type="number"
            min="0"
            max="100"
            value={threshold}
            onInput={({ currentTarget }) => {
              const percent = currentTarget.valueAsNumber;
              if (percent >= 0 && percent <= 100) setThreshold(percent);
            }}
          />
          <span>% of a task’s CPU</span>
        </label>
      </div>
      <p class="verdict" role="status">
        <span class={`badge ${isOn ? 'bad' : 'good'}`}>{isOn ? 'ALARM' : 'OK'}</span> The greatest
        value of all tasks was {valueText(last)} % in the last minute. The alarm needs{' '}
        {ALARM_DATAPOINTS} of the last {ALARM_MINUTES} minutes above {threshold} %.
      </p>
      <Chart view={view} threshold={threshold} />
      <table>
        <caption class="hidden">Greatest CPU utilization of all tasks by minute</caption>
        <thead>
          <tr>
            <th scope="col">Minute</th>
            <th scope="col" class="number">
              Maximum, %
            </th>
          </tr>
        </thead>
        <tbody>
          {view.minutes.toReversed().map(([minute, value]) => (
            <tr key={minute} class={value > threshold ? 'lost' : undefined}>
              <td>{new Date(minute).toLocaleTimeString()}</td>
              <td class="number">{valueText(value)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </>
  );
}

function Chart({ view, threshold }: { readonly view: AlarmView; readonly threshold: number }) {
  const host = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const element = host.current;
    if (element === null) return;
    const style = getComputedStyle(element);
    const colour = (name: string) => style.getPropertyValue(name).trim();
    const axis = {
      stroke: colour('--muted'),
      grid: { stroke: colour('--line'), width: 1 },
      ticks: { stroke: colour('--line'), width: 1 },
    };
    const size = () => ({ width: element.clientWidth, height: HEIGHT });
    const plot = new UPlot(
      {
        ...size(),
        legend: { show: false },
        cursor: { show: false },
        scales: { y: { range: (_, least, most) => [Math.min(0, least), Math.max(100, most)] } },
        axes: [axis, { ...axis, values: (_, splits) => splits.map((each) => `${each} %`) }],
        series: [
          {},
          ...view.tasks.map(() => ({ stroke: colour('--accent'), width: 1.5, spanGaps: true })),
          { stroke: colour('--bad'), width: 1.5, dash: [6, 4], spanGaps: true },
        ],
      },
      dataOf(view, threshold),
      element,
    );
    const observer = new ResizeObserver(() => plot.setSize(size()));
    observer.observe(element);
    return () => {
      observer.disconnect();
      plot.destroy();
    };
  }, [view, threshold]);
  const names = view.tasks.map(({ name }) => name).join(', ');
  return (
    <div
      class="chart"
      ref={host}
      role="img"
      aria-label={`CPU utilization of ${names}, and the threshold of ${threshold} %. The table has the values`}
    />
  );
}

/** All lines over the times of all. */
function dataOf({ tasks }: AlarmView, threshold: number): UPlot.AlignedData {
  const times = [...new Set(tasks.flatMap(({ points }) => points.map(([time]) => time)))].sort(
    (a, b) => a - b,
  );
  const lines = tasks.map(({ points }) => {
    const values = new Map(points);
    return times.map((time) => values.get(time) ?? null);
  });
  return [times.map((time) => time / 1_000), ...lines, times.map(() => threshold)];
}
