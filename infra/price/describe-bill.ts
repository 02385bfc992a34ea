import { sumOf } from '../../price/line.ts';
import { PRICES } from '../../price/list.ts';
import { dollarsOf, shownPrice } from '../../price/price.ts';
import type { Load, MetricsChoice } from './load.ts';
import { type Deployment, hasEvents, monthlyBill, wayOfEvents } from './monthly-bill.ts';

const CHOICES: readonly MetricsChoice[] = ['tasks', 'containers', 'detailed'];

/**
 * The bill of a month as text: lines with their formulas, the assumptions, the parts that are not counted, and
 * alternatives.
 */
export function describeBill(deployment: Deployment): string {
  const { load, metrics } = deployment;
  const lines = monthlyBill(deployment);
  const width = Math.max(...lines.map(({ what }) => what.length));
  return [
    'Monthly cost of this deployment, by list prices of us-east-1 without free tiers (docs/cost.md has the sources):',
    '',
    ...lines.map((line) => `${money(line.dollars)}  ${line.what.padEnd(width)}  ${line.formula}`),
    `${money(sumOf(lines))}  in all`,
    '',
    // No other line depends on the load.
    ...(metrics === undefined && deployment.shards === undefined ? [] : assumptionsOf(load)),
    ...(metrics === undefined
      ? [
          `Not counted: the metrics that the rules of the configuration publish. Each name with its dimensions is ${shownPrice(PRICES.metric)}, each GB of log events ${shownPrice(PRICES.logGb)}; each 10 million samples that go to a workspace are $${dollarsOf(PRICES.ampSample, 1e7)?.toFixed(2)}.`,
        ]
      : [otherChoices(deployment, metrics), wayOf(deployment, metrics)]),
    `Not counted: the dashboard (${shownPrice(PRICES.dashboard)} if the account has three already), sidecars in tasks that have no room for them, logs that are kept (${shownPrice(PRICES.logGbMonth)} a GB and month).`,
    '',
  ]
    .filter((line) => line !== undefined)
    .join('\n');
}

function assumptionsOf({ services, tasks, containersPerTask, assumed }: Load): string[] {
  const what = {
    serviceCount: `${services} service${services === 1 ? '' : 's'}`,
    tasks: `${tasks} task${tasks === 1 ? '' : 's'}`,
    containersPerTask: `${containersPerTask} containers in each, the sidecar included`,
  };
  if (assumed.length === 0) return [];
  const list = assumed.map((key) => `${what[key]} (-c ${key}=… says otherwise)`).join(', ');
  return [`Assumed: ${list}.`];
}

function otherChoices(deployment: Deployment, chosen: MetricsChoice): string {
  const others = CHOICES.filter((choice) => choice !== chosen).map((metrics) => {
    const dollars = sumOf(monthlyBill({ ...deployment, metrics }));
    return `-c metrics=${metrics}: $${dollars.toFixed(2)}`;
  });
  return `With other metrics in all, ${others.join('; ')}.`;
}

/** The cost of events on their way through a network that the app does not make. */
function wayOf(deployment: Deployment, metrics: MetricsChoice): string | undefined {
  const { resources, load } = deployment;
  const makesNetwork = Object.values(resources).some(({ Type }) => Type === 'AWS::EC2::VPC');
  if (makesNetwork || !hasEvents(deployment)) return undefined;
  const { endpoint, natGateway } = wayOfEvents(metrics, load);
  return `Not counted: the log events on their way, $${endpoint.toFixed(2)} through an endpoint or $${natGateway.toFixed(2)} through a NAT gateway that the VPC has.`;
}

function money(dollars: number | undefined): string {
  return `  ${dollars === undefined ? 'unknown' : `$${dollars.toFixed(2)}`}`.padStart(11);
}
