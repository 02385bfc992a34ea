import type { IBaseService } from 'aws-cdk-lib/aws-ecs';
import { nameOf, type ServiceName } from '../metrics/task.ts';
import { InvalidPropsError } from '../props/errors.ts';
import type { Owner } from '../props/valid.ts';

/** The service of an alarm: the construct, or its names. */
export interface WatchedService {
  /**
   * The service.
   *
   * @default - the one that `clusterName` and `serviceName` name
   */
  readonly service?: IBaseService;

  /**
   * Name of its cluster.
   *
   * @default - that of `service`
   */
  readonly clusterName?: string;

  /**
   * Its name.
   *
   * @default - that of `service`
   */
  readonly serviceName?: string;
}

/** The names of a service. @throws InvalidPropsError if the service is missing, incomplete or given twice */
export function watchedService(owner: Owner, props: WatchedService): ServiceName {
  const { service, clusterName, serviceName } = props;
  const given = Object.entries({ service, clusterName, serviceName })
    .filter(([, value]) => value !== undefined)
    .map(([name]) => `\`${name}\``);
  if (service !== undefined && given.length === 1) return nameOf(service);
  if (service === undefined && clusterName !== undefined && serviceName !== undefined) {
    return { clusterName, serviceName };
  }
  throw new InvalidPropsError(
    owner,
    `Expected \`service\`, or \`clusterName\` and \`serviceName\`, got ${given.join(' and ') || 'none of them'}`,
  );
}
