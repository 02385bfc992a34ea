/** Of a template. */
export type Resources = Readonly<Record<string, Resource>>;

interface Resource {
  readonly Type: string;
  readonly DeletionPolicy?: string;
  // biome-ignore lint/suspicious/noExplicitAny: properties have the shapes that CloudFormation gives them.
  readonly Properties?: Readonly<Record<string, any>>;
}

/** A service of Fargate that the template makes. */
export interface BilledService {
  readonly name: string;
  readonly tasks: number;
  readonly cpu: number;
  readonly memoryGb: number;
  readonly platform: 'ARM64' | 'X86_64';
  readonly isPublic: boolean;
}

/** The billed parts of a template. */
export interface Billed {
  /** Between two cycles. */
  readonly intervalMinutes: number;
  /** Memory of the function that collects, and of the one that discovers for shards. */
  readonly collectorGb: number;
  readonly discoveryGb: number;
  readonly alarmMetrics: number;
  readonly endpointZones: number;
  readonly natGateways: number;
  readonly services: readonly BilledService[];
}

/** @throws TypeError without a schedule of a collector */
export function billedOf(resources: Resources): Billed {
  const ofType = (type: string) =>
    Object.entries(resources).flatMap(([id, { Type, Properties = {} }]) =>
      Type === type ? [{ id, properties: Properties }] : [],
    );
  const memoryOf = (handler: string) =>
    ofType('AWS::Lambda::Function').find(({ properties }) => properties.Handler === handler)
      ?.properties.MemorySize ?? 0;
  const interfaces = ofType('AWS::EC2::VPCEndpoint').filter(
    ({ properties }) => properties.VpcEndpointType === 'Interface',
  );
  return {
    intervalMinutes: minutesOf(ofType('AWS::Scheduler::Schedule')[0]?.properties),
    collectorGb: memoryOf('index.handler') / 1_024,
    discoveryGb: memoryOf('index.discover') / 1_024,
    alarmMetrics: sum(
      ofType('AWS::CloudWatch::Alarm').map(({ properties }) => metricsOf(properties)),
    ),
    endpointZones: sum(interfaces.map(({ properties }) => properties.SubnetIds?.length ?? 0)),
    natGateways: ofType('AWS::EC2::NatGateway').length,
    services: ofType('AWS::ECS::Service').map(({ id, properties }) => {
      const task = resources[properties.TaskDefinition?.Ref]?.Properties ?? {};
      return {
        name: id,
        tasks: properties.DesiredCount ?? 1,
        cpu: Number(task.Cpu) / 1_024,
        memoryGb: Number(task.Memory) / 1_024,
        platform: task.RuntimePlatform?.CpuArchitecture === 'ARM64' ? 'ARM64' : 'X86_64',
        isPublic:
          properties.NetworkConfiguration?.AwsvpcConfiguration?.AssignPublicIp === 'ENABLED',
      };
    }),
  };
}

function minutesOf(schedule: Resource['Properties']): number {
  const [, minutes] = /^rate\((\d+) minutes?\)$/.exec(schedule?.ScheduleExpression ?? '') ?? [];
  if (minutes === undefined) {
    throw new TypeError(
      `Expected a schedule of whole minutes, got ${schedule?.ScheduleExpression ?? 'none'}`,
    );
  }
  return Number(minutes);
}

/** The metrics that an alarm reads, including those of its expressions. */
function metricsOf({ Metrics }: NonNullable<Resource['Properties']>): number {
  if (!Array.isArray(Metrics)) return 1;
  return Metrics.filter(({ MetricStat }) => MetricStat !== undefined).length || 1;
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, each) => total + each, 0);
}
