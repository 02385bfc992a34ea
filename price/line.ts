import { GB, HOURS, type PriceList, type PriceName } from './list.ts';
import { dollarsOf, shownPrice } from './price.ts';

/** Cents of a dollar. */
const CENTS = 100;

/** A line of a monthly bill. */
export interface BillLine {
  readonly what: string;
  /** The calculation of the dollars, with its numbers. */
  readonly formula: string;
  /** In whole cents. Undefined: its price is unknown. */
  readonly dollars: number | undefined;
  /** The prices that the formula has. */
  readonly prices: readonly PriceName[];
}

/** A number of units of one price. */
export interface Amount {
  readonly of: PriceName;
  readonly amount: number;
  /** How the amount comes about. @default the number */
  readonly formula?: string;
}

/** Makes lines of bills, all by the same prices. */
export class Lines {
  readonly #prices: PriceList;

  constructor(prices: PriceList) {
    this.#prices = prices;
  }

  /** A sum of amounts, each with its price. */
  line(what: string, ...amounts: readonly Amount[]): BillLine {
    const parts = amounts.map((each) => dollarsOf(this.#prices[each.of], each.amount));
    const dollars = parts.includes(undefined)
      ? undefined
      : parts.reduce<number>((sum, part) => sum + (part ?? 0), 0);
    return {
      what,
      formula: amounts.map((each) => this.#formulaOf(each)).join(' + '),
      // Whole cents, so that the shown amounts add up.
      dollars: dollars === undefined ? undefined : Math.round(dollars * CENTS) / CENTS,
      prices: amounts.map(({ of }) => of),
    };
  }

  /** Bytes of log events. */
  log(what: string, cycles: number, bytes: number, events = 1): BillLine {
    const gb = (cycles * events * bytes) / GB;
    const times = events === 1 ? '' : ` × ${shown(events)}`;
    const formula = `${shown(cycles)}${times} × ${shown(bytes)} bytes = ${gb.toFixed(2)} GB`;
    return this.line(what, { of: 'logGb', amount: gb, formula });
  }

  /** Invocations of a function. */
  function(what: string, invocations: number, seconds: number, gb: number): BillLine {
    const worked = `${shown(invocations)} × ${shown(seconds)} s × ${shown(gb)} GB`;
    return this.line(
      what,
      { of: 'lambdaGbSecond', amount: invocations * seconds * gb, formula: worked },
      { of: 'lambdaRequest', amount: invocations },
    );
  }

  /** Reads and writes of objects in each cycle. */
  state(cycles: number, puts: number, gets: number): BillLine {
    return this.line(
      'state in S3',
      { of: 's3Put', amount: cycles * puts, formula: `${shown(cycles)} × ${puts} PUT` },
      { of: 's3Get', amount: cycles * gets, formula: `${shown(cycles)} × ${gets} GET` },
    );
  }

  /** Things that are billed by the hour. */
  hours(what: string, of: PriceName, things: number): BillLine {
    return this.line(what, {
      of,
      amount: things * HOURS,
      formula: `${shown(things)} × ${HOURS} h`,
    });
  }

  #formulaOf({ of, amount, formula = shown(amount) }: Amount): string {
    const { tiers } = this.#prices[of];
    const [first] = tiers ?? [];
    const price = shownPrice(this.#prices[of]);
    if (first === undefined) return `${formula} × ${price}`;
    return `${formula}, ${price} each of the first ${shown(first[0])}`;
  }
}

/** The known dollars of lines. */
export function sumOf(lines: readonly BillLine[]): number {
  return lines.reduce((sum, { dollars = 0 }) => sum + dollars, 0);
}

/** A number in a formula. */
export function shown(value: number): string {
  return value.toLocaleString('en-US', { maximumFractionDigits: 4 });
}
