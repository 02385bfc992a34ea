import { Annotations, App, Validations } from 'aws-cdk-lib/core';
import { AwsSolutionsChecks } from 'cdk-nag';
import { bundleCollector, bundleSidecar } from '../build/bundle.ts';
import { describeBill } from '../price/describe-bill.ts';
import { InvalidPropsError, SettingsError } from '../props/errors.ts';
import { describeLeftovers } from './leftovers.ts';
import { readSettings } from './settings.ts';
import { FargaugeStack } from './stack.ts';

try {
  const app = new App({ autoSynth: false });
  const settings = readSettings(app.node.getAllContext(), process.env);
  await Promise.all([bundleCollector(), bundleSidecar()]);
  const stack = new FargaugeStack(app, 'Fargauge', { settings });
  for (const key of settings.unknownKeys) {
    Annotations.of(stack).addWarningV2(
      'fargauge:unknownContext',
      `Fargauge does not know the context key ${key} and ignores it`,
    );
  }
  Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
  const { template } = app.synth().getStackByName(stack.stackName);
  if (settings.prices) {
    process.stderr.write(describeBill({ ...settings, resources: template.Resources }));
  }
  if (settings.leftovers) process.stderr.write(describeLeftovers(template.Resources));
} catch (error) {
  if (!(error instanceof SettingsError || error instanceof InvalidPropsError)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
}
