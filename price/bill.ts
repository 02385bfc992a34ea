import { type BillLine, Lines, shown, sumOf } from './line.ts';
import { GB, PRICES, type PriceList } from './list.ts';

/** Days for which log events are kept unless a deployment says otherwise, and those of a month. */
const KEPT_DAYS = 14;
const MONTH_DAYS = 30;

/** What a collector delivers to one destination, and what it takes to do so. Amounts are of one cycle. */
export interface Usage {
  /** In a month. */
  readonly cycles: number;
  /** Metrics of CloudWatch: distinct names with dimensions. */
  readonly metrics?: number | undefined;
  /** Log events that carry metrics, and the bytes of all. */
  readonly events?: { readonly count: number; readonly bytes: number } | undefined;
  /** Requests of PutMetricData, and the data in all. */
  readonly requests?: { readonly count: number; readonly data: number } | undefined;
  /** Samples that a workspace gets. */
  readonly samples?: number | undefined;
  /** Data points that CloudWatch gets by OTLP, and the bytes that it counts for all. */
  readonly otlp?: { readonly points: number; readonly bytes: number } | undefined;
  /** Bytes of all requests to the destination, as they go over the network. */
  readonly sentBytes: number;
  readonly function: { readonly seconds: number; readonly gb: number };
  /** Objects that are written and read. Absent: the destination needs no state. */
  readonly state?: { readonly puts: number; readonly gets: number } | undefined;
  /** The collector's metrics about itself, and the bytes of its log. */
  readonly own: { readonly metrics: number; readonly logBytes: number };
  /** Metrics that alarms read: those on the collector, and those on tasks. */
  readonly alarms: { readonly ofCollector: number; readonly ofTasks: number };
}

/** A month of one destination. */
export interface Bill {
  readonly lines: readonly BillLine[];
  /** What an account may have already: the way through its network, and a dashboard. */
  readonly apart: readonly BillLine[];
  /** The sum of the lines with known prices. */
  readonly dollars: number;
  /** The lines without a known price. */
  readonly unknown: readonly string[];
}

/** The monthly bill of one destination, without free tiers. */
export function billOf(usage: Usage, prices: PriceList = PRICES): Bill {
  const lines = [...deliveryLines(usage, prices), ...collectorLines(usage, prices)];
  return {
    lines,
    apart: apartLines(usage, prices),
    dollars: sumOf(lines),
    unknown: lines.flatMap(({ what, dollars }) => (dollars === undefined ? [what] : [])),
  };
}

/** The lines of what a destination gets. */
export function deliveryLines(
  usage: Pick<Usage, 'cycles' | 'metrics' | 'events' | 'requests' | 'samples' | 'otlp'>,
  prices: PriceList = PRICES,
): BillLine[] {
  const { cycles, metrics = 0, events, requests, samples, otlp } = usage;
  const make = new Lines(prices);
  const lines: BillLine[] = [];
  if (metrics > 0)
    lines.push(make.line('metrics of CloudWatch', { of: 'metric', amount: metrics }));
  if (events !== undefined) {
    const { count, bytes } = events;
    const mean = count === 0 ? 0 : bytes / count;
    lines.push(make.log('log events that carry them', cycles, mean, count));
    lines.push(keptLine(make, cycles * bytes));
  }
  if (requests !== undefined) {
    const formula = `${shown(cycles)} × ${shown(requests.count)} with ${shown(requests.data)} data in all`;
    const amount = cycles * requests.count;
    lines.push(make.line('requests of PutMetricData', { of: 'putMetricData', amount, formula }));
  }
  if (samples !== undefined) {
    const formula = `${shown(cycles)} × ${shown(samples)} samples`;
    const amount = cycles * samples;
    lines.push(make.line('samples in a workspace', { of: 'ampSample', amount, formula }));
  }
  if (otlp !== undefined) {
    const { points, bytes } = otlp;
    const amount = (cycles * bytes) / GB;
    const formula = `${shown(cycles)} × ${shown(points)} × ${shown(bytes / points)} bytes = ${amount.toFixed(2)} GB`;
    lines.push(make.line('points by OTLP', { of: 'otlpGb', amount, formula }));
  }
  return lines;
}

function collectorLines(usage: Usage, prices: PriceList): BillLine[] {
  const { cycles, function: run, state, own, alarms } = usage;
  const make = new Lines(prices);
  return [
    make.function('function', cycles, run.seconds, run.gb),
    ...(state === undefined ? [] : [make.state(cycles, state.puts, state.gets)]),
    make.line('the collector’s metrics about itself', { of: 'metric', amount: own.metrics }),
    make.log('the collector’s own log', cycles, own.logBytes),
    make.line('alarms on the collector', { of: 'alarmMetric', amount: alarms.ofCollector }),
    make.line('alarms on tasks', { of: 'alarmMetric', amount: alarms.ofTasks }),
  ].filter(({ dollars }) => dollars !== 0);
}

function keptLine(make: Lines, bytes: number): BillLine {
  const amount = (bytes / GB) * (KEPT_DAYS / MONTH_DAYS);
  const formula = `${(bytes / GB).toFixed(2)} GB × ${KEPT_DAYS} / ${MONTH_DAYS} days`;
  return make.line('those events, kept', { of: 'logGbMonth', amount, formula });
}

function apartLines({ cycles, sentBytes }: Usage, prices: PriceList): BillLine[] {
  const make = new Lines(prices);
  const amount = (cycles * sentBytes) / GB;
  const formula = `${shown(cycles)} × ${shown(sentBytes)} bytes = ${amount.toFixed(2)} GB`;
  return [
    make.line('through a NAT gateway that the VPC has', { of: 'natGb', amount, formula }),
    make.line('through an endpoint that the VPC has', { of: 'endpointGb', amount, formula }),
    make.line('a dashboard beyond the first three', { of: 'dashboard', amount: 1 }),
  ];
}
