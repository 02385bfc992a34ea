import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CreateBucketCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { bundleCollector, COLLECTOR_FILES } from '../../../infra/build/bundle.ts';
import { COLLECTOR_DIRECTORY } from '../../../infra/build/paths.ts';
import { zip } from '../../../infra/release/archive.ts';
import { releaseTemplate } from '../../../infra/release/template.ts';
import { run } from '../install/command.ts';
import { HOME } from '../support/aws/assembly.ts';
import { type Cloud, type CloudAccount, startCloud } from '../support/aws/cloud.ts';
import { runToEnd } from '../support/child.ts';
import { CFN_LINT } from '../support/places.ts';

const SLOW = 300_000;

const BUCKET = 'releases';
const KEY = 'fargauge-lambda.zip';

const CONFIGURATION = 'ecs_service_discovery: {}\n';

interface Function {
  readonly CodeSize: number;
  readonly Environment: { readonly Variables: Readonly<Record<string, string>> };
  readonly VpcConfig: { readonly SubnetIds: readonly string[] };
}

interface Rule {
  readonly GroupId: string;
  readonly FromPort: number;
  readonly IsEgress: boolean;
}

/** As `aws s3 cp` does. */
async function upload({ env }: CloudAccount, file: string): Promise<void> {
  const { AWS_ENDPOINT_URL: endpoint = '', AWS_SESSION_TOKEN: sessionToken = '' } = env;
  const { AWS_ACCESS_KEY_ID: accessKeyId = '', AWS_SECRET_ACCESS_KEY: secretAccessKey = '' } = env;
  const client = new S3Client({
    endpoint,
    region: HOME.region,
    credentials: { accessKeyId, secretAccessKey, sessionToken },
    forcePathStyle: true,
  });
  await client.send(new CreateBucketCommand({ Bucket: BUCKET }));
  await client.send(new PutObjectCommand({ Bucket: BUCKET, Key: KEY, Body: await readFile(file) }));
  client.destroy();
}

/** What somebody without the CDK downloads, and deploys. */
describe('the template of a release, with the archive of the function', () => {
  let folder: string;
  let archive: string;
  let cloud: Cloud;
  let account: CloudAccount;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'fargauge-release-'));
    archive = join(folder, KEY);
    await bundleCollector();
    await zip(
      archive,
      COLLECTOR_FILES.map((name) => join(COLLECTOR_DIRECTORY, name)),
    );
    cloud = await startCloud();
    account = await cloud.account(HOME.account, HOME.region);
  }, SLOW);
  afterAll(async () => {
    await cloud[Symbol.asyncDispose]();
    await rm(folder, { recursive: true });
  });

  const ids = (service: string, operation: string, query: string) =>
    account.call<readonly string[]>({ service, operation, query });

  it(
    'is one in which cfn-lint finds nothing',
    async () => {
      const file = join(folder, 'fargauge.template.json');
      await writeFile(file, JSON.stringify(releaseTemplate()));
      // W3005: the CDK writes the dependencies on roles and policies down that the template shows too.
      const { code, stdout } = await runToEnd(CFN_LINT, ['--ignore-checks', 'W3005', '--', file]);
      expect({ code, stdout }).toEqual({ code: 0, stdout: '' });
    },
    SLOW,
  );

  it('needs nothing that `cdk bootstrap` makes', () => {
    expect(JSON.stringify(releaseTemplate())).not.toMatch(/cdk-hnb659fds|BootstrapVersion/);
  });

  it(
    'deploys with nothing but parameters',
    async () => {
      const subnets = await ids('ec2', 'describe_subnets', 'Subnets[:2].SubnetId');
      const [vpc] = await ids('ec2', 'describe_subnets', 'Subnets[:1].VpcId');
      const [tasks] = await ids('ec2', 'describe_security_groups', 'SecurityGroups[:1].GroupId');
      await upload(account, archive);
      const parameters = {
        CodeBucket: BUCKET,
        CodeKey: KEY,
        ClusterName: 'prod',
        VpcId: vpc,
        SubnetIds: subnets.join(),
        TaskSecurityGroupId: tasks,
        Configuration: CONFIGURATION,
      };
      await account.call({
        service: 'cloudformation',
        operation: 'create_stack',
        input: {
          StackName: 'Fargauge',
          TemplateBody: JSON.stringify(releaseTemplate()),
          Capabilities: ['CAPABILITY_IAM'],
          Parameters: Object.entries(parameters).map(([ParameterKey, ParameterValue]) => ({
            ParameterKey,
            ParameterValue,
          })),
        },
      });
      const [deployed] = await account.call<readonly Function[]>({
        service: 'lambda',
        operation: 'list_functions',
        query: 'Functions[?Environment.Variables.FARGAUGE_STATE]',
      });
      expect(deployed?.VpcConfig.SubnetIds).toEqual(subnets);
      expect(deployed?.Environment.Variables).toMatchObject({
        FARGAUGE_CLUSTER: 'prod',
        FARGAUGE_CONFIG: CONFIGURATION,
        FARGAUGE_STATE: expect.stringMatching(/^s3:\/\/.+\/state$/),
      });
      // The whole archive came along.
      expect(deployed?.CodeSize).toBeGreaterThan(100_000);
      const rules = await account.call<readonly Rule[]>({
        service: 'ec2',
        operation: 'describe_security_group_rules',
        query: 'SecurityGroupRules',
      });
      expect(
        rules.filter(({ GroupId, IsEgress }) => GroupId === tasks && !IsEgress),
      ).toContainEqual(expect.objectContaining({ FromPort: 9546 }));
    },
    SLOW,
  );

  it('packs equal files into equal bytes', async () => {
    const again = join(folder, 'again.zip');
    await zip(
      again,
      COLLECTOR_FILES.map((name) => join(COLLECTOR_DIRECTORY, name)),
    );
    expect((await readFile(again)).equals(await readFile(archive))).toBe(true);
    expect(run('unzip', ['-Z1', archive]).split('\n').sort()).toEqual(
      ['', ...COLLECTOR_FILES].sort(),
    );
  });
});
