import type { ILogGroup } from 'aws-cdk-lib/aws-logs';
import { Aws, CfnCondition, Fn, Stack } from 'aws-cdk-lib/core';
import { Construct } from 'constructs';
import { withKnownParts } from '../configuration/deployment-values.ts';

/**
 * Domains of the console by partition; the last one is for all others.
 * https://docs.aws.amazon.com/awsconsolehelpdocs/latest/gsg/console-endpoints.html
 */
const DOMAINS = [
  ['China', 'aws-cn', 'console.amazonaws.cn'],
  ['GovCloud', 'aws-us-gov', 'console.amazonaws-us-gov.com'],
] as const;
const USUAL_DOMAIN = 'console.aws.amazon.com';

/** Seconds that a query covers when it is opened. */
const QUERIED_SECONDS = 300;

/** Pages of the CloudWatch console, in the partition and Region of a stack's deployment. */
export class ConsoleLinks extends Construct {
  private readonly base: string;

  constructor(scope: Construct, id: string) {
    super(scope, id);
    const domain = DOMAINS.reduce<string>((others, [name, partition, own]) => {
      const expression = Fn.conditionEquals(Aws.PARTITION, partition);
      const condition = new CfnCondition(this, name, { expression });
      return Fn.conditionIf(condition.logicalId, own, others).toString();
    }, USUAL_DOMAIN);
    const { region } = Stack.of(this);
    this.base = `https://${region}.${domain}/cloudwatch/home?region=${region}`;
  }

  dashboard(dashboardName: string): string {
    return `${this.base}#dashboards/dashboard/${dashboardName}`;
  }

  logGroup({ logGroupName }: ILogGroup): string {
    // The console decodes its own part of the URL twice, with $ instead of %.
    const name = withKnownParts(logGroupName, (known) =>
      encodeURIComponent(encodeURIComponent(known)).replaceAll('%', '$'),
    );
    return `${this.base}#logsV2:log-groups/log-group/${name}`;
  }

  /** A query of Logs Insights, ready to run. */
  query({ logGroupName }: ILogGroup, lines: readonly string[]): string {
    const query = lines.join('\n| ');
    const detail = [
      'end~0',
      `start~-${QUERIED_SECONDS}`,
      `timeType~${quoted('RELATIVE')}`,
      `unit~${quoted('seconds')}`,
      `editorString~${quoted(query)}`,
      `source~(~${quoted(logGroupName)})`,
    ].join('~');
    return `${this.base}#logsV2:logs-insights$3FqueryDetail$3D~(${detail})`;
  }
}

/** A text in the notation of the console's queries: most characters as the numbers of their bytes. */
function quoted(text: string): string {
  const written = withKnownParts(text, (known) =>
    known.replace(/[^A-Za-z0-9_.-]/gu, (character) =>
      [...Buffer.from(character)].map((byte) => `*${byte.toString(16).padStart(2, '0')}`).join(''),
    ),
  );
  return `'${written}`;
}
