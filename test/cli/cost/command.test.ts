import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { type Folder, fargauge, temporaryFolder } from '../fargauge.ts';
import { serveMetrics } from '../target.ts';

const PAGE = `# TYPE orders_total counter
orders_total{shop="a",way="card"} 1000
orders_total{shop="b",way="cash"} 20
# TYPE orders_open gauge
orders_open{shop="a"} 3
# TYPE unread gauge
unread 1
`;

let folder: Folder;

beforeEach(async () => {
  folder = await temporaryFolder();
});

afterEach(() => folder.remove());

/** A configuration that publishes orders of these targets, and its path. */
const configured = (targets: readonly string[] = ['a.invalid:80']) =>
  folder.file('config.json', {
    cluster_name: 'shop',
    scrape_configs: [{ job_name: 'app', static_configs: [{ targets }] }],
    emf_processor: {
      metric_namespace: 'Shop',
      metric_declaration: [
        {
          source_labels: ['job'],
          label_matcher: '^app$',
          dimensions: [['job'], ['job', 'shop', 'way']],
          metric_selectors: ['^orders_total$'],
        },
        {
          source_labels: ['job'],
          label_matcher: '^app$',
          dimensions: [['job', 'shop']],
          metric_selectors: ['^orders_open$'],
        },
      ],
    },
  });

async function costOfPage(...args: readonly string[]) {
  const page = await folder.file('page.prom', PAGE);
  const config = await configured();
  return fargauge([
    ...[
      'cost',
      '--config',
      config,
      '--exposition',
      page,
      '--labels',
      'TaskId=1,container_name=app',
    ],
    ...args,
  ]);
}

/** What the command prints as JSON. */
interface Printed {
  readonly targets: number;
  readonly watched: object;
  readonly destinations: readonly {
    readonly title: string;
    readonly destination: string;
    readonly cycle: Readonly<Record<string, number>>;
    readonly bill: {
      readonly dollars: number;
      readonly unknown: readonly string[];
      readonly lines: readonly { what: string; formula: string; dollars?: number }[];
    };
  }[];
  readonly savings: Readonly<Record<string, readonly object[]>>;
  readonly others: readonly { what: string; dollars: number }[];
  readonly prices: Readonly<Record<string, object>>;
}

const printed = (stdout: string) => JSON.parse(stdout) as Printed;

describe('`fargauge cost` of a saved page', () => {
  it('bills each destination by what the collector delivers to it', async () => {
    const { code, stdout } = await costOfPage('--json', '--alarms', '2');
    expect(code).toBe(0);
    const { destinations, targets, watched } = printed(stdout);
    expect({ targets, watched }).toEqual({ targets: 1, watched: { tasks: 1, containers: 1 } });
    const cycles = destinations.map(({ destination, cycle }) => [
      destination,
      cycle.metrics,
      cycle.samples,
      cycle.data,
    ]);
    expect(cycles).toEqual([
      // Three of orders_total, one of orders_open.
      ['logs', 4, expect.any(Number), 0],
      ['metrics', 4, expect.any(Number), 4],
      ['otlp', 0, 3, 3],
      ['otlp', 0, 4, 4],
      ['workspace', 0, 3, 0],
      ['workspace', 0, 4, 0],
    ]);
    const [logs, , otlp] = destinations;
    expect(logs?.bill.lines).toContainEqual({
      what: 'metrics of CloudWatch',
      formula: '4, $0.30 each of the first 10,000',
      dollars: 1.2,
      prices: ['metric'],
    });
    expect(logs?.bill.lines).toContainEqual(
      expect.objectContaining({ what: 'alarms on tasks', dollars: 0.2 }),
    );
    expect(otlp?.bill.unknown).toEqual(['points by OTLP']);
  });

  it('says which names, dimensions and rules cost the most', async () => {
    const { savings } = printed((await costOfPage('--json')).stdout);
    expect(savings).toEqual({
      byName: [
        { name: 'orders_total', metrics: 3, dollars: expect.closeTo(0.9) },
        { name: 'orders_open', metrics: 1, dollars: expect.closeTo(0.3) },
      ],
      // The dimensions of each shop say its way already.
      byLabel: [],
      byRule: [
        { name: 'metric_declaration[0]', metrics: 3, dollars: expect.closeTo(0.9) },
        { name: 'metric_declaration[1]', metrics: 1, dollars: expect.closeTo(0.3) },
      ],
      bySamples: [
        { name: 'orders_total', samples: 2, dollars: expect.closeTo(0.0079, 4) },
        { name: 'orders_open', samples: 1, dollars: expect.closeTo(0.0039, 4) },
        { name: 'unread', samples: 1, dollars: expect.closeTo(0.0039, 4) },
      ],
    });
  });

  it('takes prices from a file, and leaves unknown ones unknown', async () => {
    const prices = await folder.file('prices.yaml', { otlpGb: 1000, metric: 'unknown' });
    const { destinations } = printed((await costOfPage('--json', '--prices', prices)).stdout);
    const [logs, , otlp] = destinations;
    expect(otlp?.bill.unknown).toEqual(['the collector’s metrics about itself']);
    expect(logs?.bill.unknown).toContain('metrics of CloudWatch');
    const points = otlp?.bill.lines.find(({ what }) => what === 'points by OTLP');
    expect(points?.dollars).toBeGreaterThan(5);
  });

  it('prints the destinations side by side, and with --formulas how each amount comes about', async () => {
    const { stdout } = await costOfPage('--formulas');
    const lines = stdout.split('\n').map((line) => line.replaceAll(/ {2,}/g, ' | '));
    expect(lines).toContain('metrics of CloudWatch | 1.20 | 1.20 | - | - | - | -');
    expect(lines).toContain('A | EMF events');
    expect(lines).toContain('orders_total | 3 | 0.90');
    expect(lines).toContain('metrics of CloudWatch | 1.20 | 4, $0.30 each of the first 10,000');
    expect(stdout).toMatch(/^otlpGb +unknown +GB of data points .* \[unknown\] +2026-09 +https:/m);
    expect(stdout).toContain('one task of the CloudWatch Agent');
  });
});

describe('`fargauge cost` of live targets', () => {
  it('scrapes each once, and names those that are down', async () => {
    await using target = await serveMetrics(() => PAGE);
    const config = await configured([target.address, '127.0.0.1:1']);
    const { code, stdout } = await fargauge(['cost', '--config', config]);
    expect(code).toBe(0);
    expect(stdout).toContain('1 target, 0 tasks, 0 containers: a month of 43,800 cycles');
    expect(stdout).toMatch(/^down: app http:\/\/127\.0\.0\.1:1\/metrics: connect_refused/m);
  });

  it('fails without a target that is up', async () => {
    const { code, stdout, stderr } = await fargauge([
      'cost',
      '--config',
      await configured(['127.0.0.1:1']),
    ]);
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toMatch(/^expected a target that is up, to compute its cost\ndown: app /);
  });
});

it('`fargauge cost` of a recording has its configuration', async () => {
  await using target = await serveMetrics(() => PAGE);
  const file = folder.path('cycle.json');
  await fargauge(['record', file, '--config', await configured([target.address])]);
  const { code, stdout } = await fargauge(['cost', '--recording', file, '--json']);
  expect(code).toBe(0);
  expect(printed(stdout).destinations[0]?.cycle).toMatchObject({ metrics: 4, targets: 1 });
});

describe('a wrong call of `fargauge cost`', () => {
  it.each([
    [['--alarms', '-1'], /Expected a whole number of at least 0, got "-1"/],
    [['--interval', 'soon'], /--interval/],
    [['--recording', 'x.json'], /--exposition and --recording exclude each other/],
    [['--prices', '/nonexistent.yaml'], /^--prices \/nonexistent\.yaml: ENOENT/],
  ])('%j says what was expected', async (args, message) => {
    const { code, stderr } = await costOfPage(...args);
    expect(code).toBe(2);
    expect(stderr).toMatch(message);
  });

  it('names the place of a wrong price', async () => {
    const prices = await folder.file('prices.yaml', { logGb: -1 });
    const { code, stderr } = await costOfPage('--prices', prices);
    expect(code).toBe(2);
    expect(stderr).toBe(
      `--prices ${prices}: logGb: expected a number of dollars for one unit, "unknown", or dollars or tiers with source and date, given -1\n`,
    );
  });
});
