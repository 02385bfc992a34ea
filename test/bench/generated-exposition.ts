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

function figureOf(type: 'counter' | 'gauge', series: number, scrape: number): number {
  if (type === 'counter') return 1_000 * (series + 1) + scrape * (series + 7);
  return ((series * 7_919 + scrape * 104_729) % 1_000_003) / 1_000;
}
