import type { ExpositionBody } from './exposition-body.ts';
import type { Families, Family } from './families.ts';
import { RepeatedToken } from './repeated-token.ts';
import { METRIC_NAME } from './tokens.ts';

/** Reads the metric names of comments and samples and tells their families; mostly the last line had the same. */
export class MetricNames {
  private readonly families: Families;
  private readonly token: RepeatedToken;
  private name = '';
  private family: Family | undefined;

  constructor(body: ExpositionBody, families: Families) {
    this.families = families;
    this.token = new RepeatedToken(body);
  }

  /** @returns the index after the name at `start`; `start` itself where there is none */
  read(start: number): number {
    return this.token.readName(start, METRIC_NAME);
  }

  /** The family of the name that was read last. */
  get last(): Family {
    return this.of(this.token.text);
  }

  of(name: string): Family {
    if (this.family === undefined || this.name !== name) {
      this.name = name;
      this.family = this.families.named(name);
    }
    return this.family;
  }
}
