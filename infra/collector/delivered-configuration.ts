import type { Construct } from 'constructs';
import { CollectorConfiguration } from '../configuration/configuration.ts';
import { InvalidPropsError } from '../props/errors.ts';
import type { CollectorProps } from './props.ts';

/**
 * The configuration with the outputs of `delivery`.
 *
 * @throws InvalidPropsError if it names outputs of its own
 */
export function deliveredConfiguration(
  owner: Construct,
  {
    configuration = CollectorConfiguration.builtIn(),
    delivery,
  }: Pick<CollectorProps, 'configuration' | 'delivery'>,
): CollectorConfiguration {
  if (delivery === undefined) return configuration;
  if (configuration.facts(owner)?.namesOutputs) {
    throw new InvalidPropsError(
      owner,
      'Expected no `delivery` beside a `configuration` with `outputs`: name cloudwatch-logs or cloudwatch_metrics there',
    );
  }
  return configuration.withOutputs(...delivery.outputs);
}
