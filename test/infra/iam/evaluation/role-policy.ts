import type { Statement } from './policy.ts';
import type { NamedStatement } from './reductions.ts';
import type { TemplateValues } from './template-values.ts';

interface PolicyProperties {
  readonly PolicyName: string;
  readonly PolicyDocument: { readonly Statement: readonly Statement[] };
  readonly Roles?: readonly string[];
}

/** The eight digits by which the CDK tells names apart. */
const HASH = /[0-9A-F]{8}$/;

/** All that a role may do: the statements of the policies that are attached to it, and of those in it. */
export function policyOfRole(template: TemplateValues, roleId: string): NamedStatement[] {
  const role = template.nameOf(roleId);
  const attached = template
    .idsOf('AWS::IAM::Policy')
    .map((id) => template.properties(id) as unknown as PolicyProperties)
    .filter(({ Roles = [] }) => Roles.includes(role));
  const { Policies: inline = [] } = template.properties(roleId);
  return [...attached, ...(inline as readonly PolicyProperties[])].flatMap(
    ({ PolicyName, PolicyDocument }) =>
      PolicyDocument.Statement.map((statement) => ({
        policy: PolicyName.replace(HASH, ''),
        statement,
      })),
  );
}
