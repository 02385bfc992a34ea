import { type Conditions, holds, type RequestContext } from './conditions.ts';
import { matchesText } from './wildcard.ts';

/** A statement of an identity-based policy. */
export interface Statement {
  readonly Effect: 'Allow' | 'Deny';
  readonly Action: string | readonly string[];
  readonly Resource: string | readonly string[];
  readonly Condition?: Conditions;
}

/** What a principal asks for. */
export interface IamRequest {
  /** Such as `ecs:ListTasks`. */
  readonly action: string;
  /** Its ARN; `*` for an action that has no resource-level permissions. */
  readonly resource: string;
  readonly context: RequestContext;
}

export type Decision = 'allowed' | 'explicitly denied' | 'implicitly denied';

const ELEMENTS: ReadonlySet<string> = new Set(['Sid', 'Effect', 'Action', 'Resource', 'Condition']);

/**
 * What IAM decides of a request by the policies of a principal: what nothing allows is denied, and what something denies is
 * denied whatever allows it.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html
 *
 * @throws TypeError for an element that is not known, such as NotAction
 */
export function decide(statements: readonly Statement[], request: IamRequest): Decision {
  const applying = statements.filter((statement) => applies(statement, request));
  if (applying.some(({ Effect }) => Effect === 'Deny')) return 'explicitly denied';
  return applying.length > 0 ? 'allowed' : 'implicitly denied';
}

/** Names of actions are told apart without regard to case, ARNs with it. */
function applies(statement: Statement, { action, resource, context }: IamRequest): boolean {
  const unknown = Object.keys(statement).find((element) => !ELEMENTS.has(element));
  if (unknown !== undefined) {
    throw new TypeError(`Expected the elements ${[...ELEMENTS].join(', ')}, got ${unknown}`);
  }
  const { Action, Resource, Condition = {} } = statement;
  return (
    [Action].flat().some((pattern) => matchesText(action.toLowerCase(), pattern.toLowerCase())) &&
    [Resource].flat().some((pattern) => matchesText(resource, pattern)) &&
    holds(Condition, context)
  );
}
