/**
 * A user whose ADOT collectors write eight figures of each task, and those of an application, into the workspace of another account: the
 * example for them, and their exporter as an output.
 */
import { join } from 'node:path';
import { App, Stack } from 'aws-cdk-lib';
import { parse } from 'yaml';
import {
  Collector,
  CollectorAlarms,
  CollectorConfiguration,
  PrometheusWorkspace,
  WorkspaceAccess,
} from '../../../infra/index.ts';
import { existingPlace } from './existing-place.ts';

const EXTERNAL_ID = 'shop-4711';
const EXAMPLE = join(import.meta.dirname, '../../../examples/adot-eight-metrics.yaml');

const app = new App();
const { endpoint: url, aws_auth } = parse(app.node.tryGetContext('adot')).exporters
  .awsprometheusremotewrite;
const [, account = '', roleName = ''] =
  /^arn:aws:iam::(\d{12}):role\/(.+)$/.exec(aws_auth.role_arn) ?? [];

const workload = new Stack(app, 'Workload');
const { vpc, cluster, tasks } = existingPlace(workload, 'shop');
const collector = new Collector(workload, 'Collector', {
  vpc,
  cluster,
  configuration: CollectorConfiguration.fromFile(EXAMPLE).withOutputs({
    type: 'remote_write',
    url,
    region: aws_auth.region,
    role_arn: aws_auth.role_arn,
    external_id: EXTERNAL_ID,
  }),
});
collector.collectFrom(tasks, 9546, 8000);
new CollectorAlarms(workload, 'CollectorAlarms', { collector });

const central = new Stack(app, 'Central', { env: { account, region: aws_auth.region } });
const [, workspaceId] = /\/workspaces\/([\w-]+)\//.exec(url) ?? [];
new WorkspaceAccess(central, 'Access', {
  workspace: PrometheusWorkspace.fromWorkspaceArn(
    central,
    'Workspace',
    `arn:aws:aps:${aws_auth.region}:${account}:workspace/${workspaceId}`,
  ),
  collectorRoleArn: 'arn:aws:iam::111122223333:role/collector',
  externalId: EXTERNAL_ID,
  roleName,
});
