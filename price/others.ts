import { type BillLine, Lines, shown } from './line.ts';
import { HOURS, PRICES, type PriceList } from './list.ts';

/** The size of a task that AWS's examples give the CloudWatch Agent. */
const AGENT_CPU = 0.25;
const AGENT_GB = 0.5;

/** CPU and memory: Container Insights has more metrics of each task and container, whose number is not confirmed. */
const LEAST_METRICS = 2;

/** Tasks and containers that are billed by others. */
export interface Watched {
  readonly tasks: number;
  /** Of all tasks. */
  readonly containers: number;
}

/** What others cost in a month for the same tasks, each without what Fargauge is billed for. */
export function othersOf({ tasks, containers }: Watched, prices: PriceList = PRICES): BillLine[] {
  const make = new Lines(prices);
  const agent = [
    { of: 'x86CpuHour', amount: HOURS * AGENT_CPU, formula: `${HOURS} h × ${AGENT_CPU} vCPU` },
    { of: 'x86MemoryHour', amount: HOURS * AGENT_GB, formula: `${HOURS} h × ${AGENT_GB} GB` },
  ] as const;
  const insights = {
    of: 'containerInsightsMetric',
    amount: (tasks + containers) * LEAST_METRICS,
    formula: `(${shown(tasks)} tasks + ${shown(containers)} containers) × ${LEAST_METRICS} metrics at least`,
  } as const;
  return [
    make.line(
      'one task of the CloudWatch Agent, without the metrics and events that it writes',
      ...agent,
    ),
    ...(tasks + containers === 0
      ? []
      : [make.line('Container Insights, enhanced: at least CPU and memory of each', insights)]),
  ];
}
