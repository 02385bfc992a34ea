/** What a stack is made of, as far as its values follow from each other. */
export interface TemplateBody {
  readonly Resources: Readonly<Record<string, TemplateResource>>;
  readonly Outputs?: Readonly<
    Record<string, { readonly Value: unknown; readonly Export?: { readonly Name: unknown } }>
  >;
}

export interface TemplateResource {
  readonly Type: string;
  readonly Properties?: Readonly<Record<string, unknown>>;
  readonly DeletionPolicy?: string;
}

/** Where a stack is deployed. */
export interface Place {
  readonly account: string;
  readonly region: string;
}

type Names = Readonly<Record<string, unknown>>;

/** The property that names a resource, and its ARN by that name. Without the property the logical id is the name. */
const NAMED: Readonly<
  Record<string, readonly [property: string, arn: (name: string, at: Place) => string]>
> = {
  'AWS::APS::Workspace': ['WorkspaceId', (name, at) => `${arnOf('aps', at)}:workspace/${name}`],
  'AWS::EC2::SecurityGroup': [
    'GroupId',
    (name, at) => `${arnOf('ec2', at)}:security-group/${name}`,
  ],
  'AWS::ECS::Cluster': ['ClusterName', (name, at) => `${arnOf('ecs', at)}:cluster/${name}`],
  'AWS::ECS::Service': ['ServiceName', (name, at) => `${arnOf('ecs', at)}:service/${name}`],
  'AWS::ECS::TaskDefinition': [
    'Family',
    (name, at) => `${arnOf('ecs', at)}:task-definition/${name}:1`,
  ],
  'AWS::IAM::Role': ['RoleName', (name, { account }) => `arn:aws:iam::${account}:role/${name}`],
  'AWS::KMS::Key': ['KeyId', (name, at) => `${arnOf('kms', at)}:key/${name}`],
  'AWS::Lambda::Function': [
    'FunctionName',
    (name, at) => `${arnOf('lambda', at)}:function:${name}`,
  ],
  // "The ARN of the log group, such as …:log-group:/mystack-testgroup-12ABC1AB12A1:*"
  'AWS::Logs::LogGroup': ['LogGroupName', (name, at) => `${arnOf('logs', at)}:log-group:${name}:*`],
  'AWS::S3::Bucket': ['BucketName', (name) => `arn:aws:s3:::${name}`],
  'AWS::SQS::Queue': ['QueueName', (name, at) => `${arnOf('sqs', at)}:${name}`],
  'AWS::StepFunctions::StateMachine': [
    'StateMachineName',
    (name, at) => `${arnOf('states', at)}:stateMachine:${name}`,
  ],
};

/** What a reference to them gives is their ARN. */
const REFERRED_TO_BY_ARN: ReadonlySet<string> = new Set([
  'AWS::APS::Workspace',
  'AWS::ECS::Service',
  'AWS::ECS::TaskDefinition',
  'AWS::StepFunctions::StateMachine',
]);

/** Attributes that give the name. */
const NAME_ATTRIBUTES: ReadonlySet<string> = new Set([
  'GroupId',
  'Name',
  'QueueName',
  'WorkspaceId',
]);

/** Other attributes whose form matters. */
const ATTRIBUTES: Readonly<Record<string, (name: string, at: Place) => string>> = {
  PrometheusEndpoint: (name, { region }) =>
    `https://aps-workspaces.${region}.amazonaws.com/workspaces/${name}/`,
};

/** Buckets have no capitals. */
const LOWER_CASE: ReadonlySet<string> = new Set(['AWS::S3::Bucket']);

/** The values of a template as they are once it is deployed, with names that follow from the logical ids. */
export class TemplateValues {
  readonly #resources: TemplateBody['Resources'];
  readonly #at: Place;
  readonly #pseudo: Names;
  readonly #imported: (name: string) => unknown;

  /**
   * @param imported what other stacks export by a name
   */
  constructor(
    { Resources }: TemplateBody,
    at: Place,
    imported: (name: string) => unknown = (name) => {
      throw new TypeError(`Expected a stack that exports ${name}`);
    },
  ) {
    this.#resources = Resources;
    this.#at = at;
    this.#imported = imported;
    this.#pseudo = {
      'AWS::Partition': 'aws',
      'AWS::URLSuffix': 'amazonaws.com',
      'AWS::Region': at.region,
      'AWS::AccountId': at.account,
    };
  }

  /** The logical ids of the resources of a type. */
  idsOf(type: string): string[] {
    return Object.entries(this.#resources)
      .filter(([, resource]) => resource.Type === type)
      .map(([id]) => id);
  }

  /** The properties of a resource, without intrinsic functions. @throws TypeError for a function that is not known */
  properties(id: string): Readonly<Record<string, unknown>> {
    return this.valueOf(this.#resource(id).Properties ?? {}) as Readonly<Record<string, unknown>>;
  }

  typeOf(id: string): string {
    return this.#resource(id).Type;
  }

  nameOf(id: string): string {
    const { Type, Properties = {} } = this.#resource(id);
    const [property = ''] = NAMED[Type] ?? [];
    const given = Properties[property];
    if (given !== undefined) return String(this.valueOf(given));
    return LOWER_CASE.has(Type) ? id.toLowerCase() : id;
  }

  arnOf(id: string): string {
    const { Type } = this.#resource(id);
    const [, arn] = NAMED[Type] ?? [];
    if (arn === undefined) throw new TypeError(`Expected a type with a known ARN, got ${Type}`);
    return arn(this.nameOf(id), this.#at);
  }

  #resource(id: string): TemplateResource {
    const resource = this.#resources[id];
    if (resource === undefined) throw new TypeError(`Expected the id of a resource, got ${id}`);
    return resource;
  }

  /** A value of the template without intrinsic functions. @throws TypeError for a function that is not known */
  valueOf(value: unknown): unknown {
    if (Array.isArray(value)) return value.map((each) => this.valueOf(each));
    if (typeof value !== 'object' || value === null) return value;
    const [[name, argument] = [], second] = Object.entries(value);
    if (second === undefined && name !== undefined && /^(Ref$|Fn::)/.test(name)) {
      return this.#called(name, argument);
    }
    return Object.fromEntries(
      Object.entries(value).map(([key, each]) => [key, this.valueOf(each)]),
    );
  }

  #called(name: string, argument: unknown): unknown {
    switch (name) {
      case 'Ref':
        return this.#pseudo[String(argument)] ?? this.#referenceTo(String(argument));
      case 'Fn::GetAtt': {
        const [id = '', attribute = ''] = argument as string[];
        if (attribute === 'Arn') return this.arnOf(id);
        if (NAME_ATTRIBUTES.has(attribute)) return this.nameOf(id);
        // Some repeat a property, such as the block of a network.
        const property = this.#resource(id).Properties?.[attribute];
        if (property !== undefined) return this.valueOf(property);
        return ATTRIBUTES[attribute]?.(this.nameOf(id), this.#at) ?? `${id}.${attribute}`;
      }
      case 'Fn::GetAZs':
        return ['a', 'b', 'c'].map((zone) => `${this.#at.region}${zone}`);
      case 'Fn::ImportValue':
        return this.#imported(String(this.valueOf(argument)));
      case 'Fn::Sub':
        // Of names of assets only.
        return String(argument).replaceAll(/\$\{([\w:]+)\}/g, (_, id: string) =>
          String(this.#pseudo[id] ?? this.#referenceTo(id)),
        );
      case 'Fn::Join': {
        const [separator, parts] = argument as [string, unknown[]];
        return parts.map((part) => this.valueOf(part)).join(separator);
      }
      case 'Fn::Split': {
        const [separator, text] = argument as [string, unknown];
        return String(this.valueOf(text)).split(separator);
      }
      case 'Fn::Select': {
        const [index, list] = argument as [number, unknown];
        return (this.valueOf(list) as unknown[])[Number(index)];
      }
      default:
        throw new TypeError(
          `Expected Ref, Fn::GetAtt, Fn::GetAZs, Fn::ImportValue, Fn::Join, Fn::Select, Fn::Split or Fn::Sub, got ${name}`,
        );
    }
  }

  #referenceTo(id: string): string {
    return REFERRED_TO_BY_ARN.has(this.#resource(id).Type) ? this.arnOf(id) : this.nameOf(id);
  }
}

function arnOf(service: string, { account, region }: Place): string {
  return `arn:aws:${service}:${region}:${account}`;
}
