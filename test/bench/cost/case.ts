import { type Measured, measure } from '../../../cli/cost/measure.ts';
import type { Destination } from '../../../cli/cost/receivers.ts';
import { loadConfig } from '../../../lambda/config/load.ts';
import { AnswerDecoder } from '../../../lambda/decode/answer.ts';
import { awsClients } from '../../../lambda/discovery/aws/clients.ts';
import { loadEc2 } from '../../../lambda/discovery/aws/load-ec2.ts';
import { createDiscovery } from '../../../lambda/discovery/discover.ts';
import { ENV } from '../../../lambda/model/settings/names.ts';
import { systemClock } from '../../../lambda/model/waiting/clock.ts';
import { fetchExposition } from '../../../lambda/scrape/http/exchange.ts';
import { Scraper } from '../../../lambda/scrape/scrape.ts';
import { answerParent } from '../answer-parent.ts';
import { scrapeTime } from './sidecar.ts';
import type { CostSurroundings } from './surroundings.ts';

/** One collector's delivery to one destination. */
export interface CostCase {
  readonly surroundings: CostSurroundings;
  readonly destination: Destination;
  /** A native document as JSON. */
  readonly configuration: string;
  readonly cycles: number;
}

/** Measured figures as they pass between processes. */
export interface CostFigures extends Omit<Measured, 'metrics'> {
  /** Distinct metrics of CloudWatch; 0 if the destination has none, or they are not counted there. */
  readonly metrics: number;
}

answerParent(
  async ({ surroundings, destination, configuration, cycles }: CostCase): Promise<CostFigures> => {
    const { endpoint, region, cluster } = surroundings;
    const env = { [ENV.config]: configuration, [ENV.cluster]: cluster };
    const config = await loadConfig({ env, readFile: () => Promise.reject(new Error('no files')) });
    let scrape = 1;
    const now = () => scrapeTime(scrape);
    const place = {
      endpoint,
      region,
      credentials: { accessKeyId: 'bench', secretAccessKey: 'bench' },
    };
    const discovery = createDiscovery({
      config,
      fetch: fetchExposition,
      clientsOf: awsClients(place, loadEc2),
      clock: { ...systemClock, now },
    });
    const scraper = new Scraper(now, new AnswerDecoder());
    const measured = await measure({ config, discovery, scraper, now }, destination, cycles, () => {
      scrape += 1;
    });
    return { ...measured, metrics: measured.metrics.length };
  },
);
