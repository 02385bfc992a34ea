const NOUNS = [
  'orders',
  'baskets',
  'payments',
  'parcels',
  'invoices',
  'customers',
  'refunds',
  'stocks',
  'prices',
  'offers',
];
const MEASURES = [
  ['created_total', 'counter'],
  ['deleted_total', 'counter'],
  ['failures_total', 'counter'],
  ['in_flight', 'gauge'],
  ['age_seconds', 'gauge'],
] as const;
const METHODS = ['GET', 'POST'];
const ROUTES = ['/api/v2/shop', '/api/v2/shop/{id}', '/api/v2/shop/{id}/items', '/sync', '/health'];
const STATUSES = ['200', '404'];

const BOUNDS = ['0.01', '0.05', '0.1', '0.5', '1', '5', '10', '+Inf'];

/** The families with this noun are a tenth of the series. */
export const SELECTED_NOUN = 'orders';

/** So are these, whose series have the target's name as a label. */
const OWN_NOUN = 'stocks';

/** The families of all targets, by scrape: they are the same for each. */
const shared = new Map<number, string>();

/**
 * An exposition as an instrumented web service has it: 1,000 series in 50 families, about 86 kB. Targets have nine tenths
 * of the series in common, as the tasks of a service do.
 *
 * @param target from 0
 * @param scrape from 0; each has values of its own, greater ones for counters
 */
export function generateExposition(target: number, scrape: number): string {
  const own = ownLabel(target);
  let common = shared.get(scrape);
  if (common === undefined) {
    common = NOUNS.filter((noun) => noun !== OWN_NOUN)
      .map((noun) => familiesOf(noun, scrape, ''))
      .join('');
    shared.set(scrape, common);
  }
  return common + familiesOf(OWN_NOUN, scrape, own);
}

/** The same series, but none that another target has. */
export function generateOwnExposition(target: number, scrape: number): string {
  const own = ownLabel(target);
  return NOUNS.map((noun) => familiesOf(noun, scrape, own)).join('');
}

/** As many series, in the same way in common, but histograms: 100 of them with 8 buckets, sum and count each. */
export function generateHistograms(target: number, scrape: number): string {
  return NOUNS.map((noun) =>
    histogramsOf(noun, scrape, noun === OWN_NOUN ? ownLabel(target) : ''),
  ).join('');
}

function ownLabel(target: number): string {
  return `,pod="shop-${target}"`;
}

/** 5 families with 20 series each. */
function familiesOf(noun: string, scrape: number, ownLabel: string): string {
  let text = '';
  for (const [measure, type] of MEASURES) {
    const name = `shop_${noun}_${measure}`;
    text += `# HELP ${name} What the shop knows about its ${noun}: ${measure}.\n# TYPE ${name} ${type}\n`;
    let series = 0;
    for (const method of METHODS) {
      for (const route of ROUTES) {
        for (const status of STATUSES) {
          const labels = `method="${method}",route="${route}",status="${status}"${ownLabel}`;
          text += `${name}{${labels}} ${figureOf(type, series++, scrape)}\n`;
        }
      }
    }
  }
  return text;
}

/** A family with 10 histograms. */
function histogramsOf(noun: string, scrape: number, ownLabel: string): string {
  const name = `shop_${noun}_duration_seconds`;
  let text = `# HELP ${name} How long ${noun} take.\n# TYPE ${name} histogram\n`;
  let histogram = 0;
  for (const method of METHODS) {
    for (const route of ROUTES) {
      const labels = `method="${method}",route="${route}"${ownLabel}`;
      const count = figureOf('counter', histogram++, scrape);
      for (const [index, bound] of BOUNDS.entries()) {
        const upTo = Math.floor((count * (index + 1)) / BOUNDS.length);
        text += `${name}_bucket{${labels},le="${bound}"} ${upTo}\n`;
      }
      text += `${name}_sum{${labels}} ${count / 8}\n${name}_count{${labels}} ${count}\n`;
    }
  }
  return text;
}

function figureOf(type: 'counter' | 'gauge', series: number, scrape: number): number {
  if (type === 'counter') return 1_000 * (series + 1) + scrape * (series + 7);
  return ((series * 7_919 + scrape * 104_729) % 1_000_003) / 1_000;
}
