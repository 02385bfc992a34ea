import type { ExpositionBody } from '../tokens/body.ts';
import { RepeatedToken } from '../tokens/repeated.ts';
import { METRIC_NAME } from '../tokens/tokens.ts';

/** Finds the object of a name; each name has one. */
export interface NameIndex<Name> {
  named(name: string): Name;
}

/** Reads the metric names of comments and samples and finds their objects; usually the last line had the same name. */
export class MetricNames<Name> {
  private readonly index: NameIndex<Name>;
  private readonly token: RepeatedToken;
  private text = '';
  private found: Name | undefined;

  constructor(body: ExpositionBody, index: NameIndex<Name>) {
    this.index = index;
    this.token = new RepeatedToken(body);
  }

  /** @returns the index after the name at `start`; `start` itself without one */
  read(start: number): number {
    return this.token.readName(start, METRIC_NAME);
  }

  /** The name that was read last. */
  get last(): Name {
    return this.of(this.token.text);
  }

  of(name: string): Name {
    if (this.found === undefined || this.text !== name) {
      this.text = name;
      this.found = this.index.named(name);
    }
    return this.found;
  }
}
