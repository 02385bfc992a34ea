/** AWS's own example account: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_examples.html */
const ACCOUNT = '123456789012';
const REGION = 'us-east-1';

/** Stands for a name that only the deployment knows. A cluster, a log group and a bucket may have it. */
const UNKNOWN = 'known-at-deployment';

/** Pseudo parameters: https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/pseudo-parameter-reference.html */
const PSEUDO: Readonly<Record<string, string>> = {
  'AWS::AccountId': ACCOUNT,
  'AWS::Partition': 'aws',
  'AWS::Region': REGION,
  'AWS::StackName': UNKNOWN,
  'AWS::URLSuffix': 'amazonaws.com',
};

/** ARNs that a configuration may hold, by the type of the resource. */
const ARNS: Readonly<Record<string, string>> = {
  'AWS::IAM::Role': `arn:aws:iam::${ACCOUNT}:role/${UNKNOWN}`,
  'AWS::ECS::Cluster': `arn:aws:ecs:${REGION}:${ACCOUNT}:cluster/${UNKNOWN}`,
};

interface Resource {
  readonly Type?: unknown;
  readonly Properties?: Readonly<Record<string, unknown>>;
}

/** The resources of a template, by their logical ids. */
export type Resources = Readonly<Record<string, Resource>>;

/** The texts of a template's values: what only the deployment knows becomes a text of the same form. */
export class Values {
  readonly region = REGION;
  readonly #resources: Resources;

  constructor(resources: Resources) {
    this.#resources = resources;
  }

  /** @param value a text, or a call of one of CloudFormation's functions */
  textOf(value: unknown): string {
    if (typeof value !== 'object' || value === null) return String(value);
    const [[name, argument] = []] = Object.entries(value);
    switch (name) {
      case 'Ref':
        return PSEUDO[String(argument)] ?? UNKNOWN;
      case 'Fn::GetAtt':
        return this.#attribute(Array.isArray(argument) ? argument : String(argument).split('.'));
      case 'Fn::Join': {
        const [separator, parts] = Array.isArray(argument) ? argument : [];
        if (!Array.isArray(parts)) return UNKNOWN;
        return parts.map((part) => this.textOf(part)).join(String(separator));
      }
      case 'Fn::Sub':
        return this.#substituted(argument);
      default:
        return UNKNOWN;
    }
  }

  #attribute([id, attribute]: readonly unknown[]): string {
    const type = this.#resources[String(id)]?.Type;
    return (attribute === 'Arn' && ARNS[String(type)]) || UNKNOWN;
  }

  #substituted(argument: unknown): string {
    const [text, own = {}] = Array.isArray(argument) ? argument : [argument];
    return String(text).replace(/\$\{(!?)([^}]*)\}/g, (_, literal, name: string) => {
      if (literal) return `\${${name}}`;
      if (Object.hasOwn(own, name)) return this.textOf(own[name]);
      return name.includes('.') ? this.#attribute(name.split('.')) : this.textOf({ Ref: name });
    });
  }
}
