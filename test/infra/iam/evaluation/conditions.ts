import { matchesArn, matchesText } from './wildcard.ts';

/** `{ operator: { key: values } }`, as the element Condition of a statement has it. */
export type Conditions = Readonly<Record<string, Readonly<Record<string, string | string[]>>>>;

/** What a service says of a request, by condition key. */
export type RequestContext = Readonly<Record<string, string>>;

interface Operator {
  readonly matches: (value: string, pattern: string) => boolean;
  /** Whether it holds where none of the values matches. */
  readonly negated?: true;
}

const equal = (value: string, expected: string) => value === expected;
const equalIgnoringCase = (value: string, expected: string) =>
  value.toLowerCase() === expected.toLowerCase();

/** https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html */
const OPERATORS: Readonly<Record<string, Operator>> = {
  StringEquals: { matches: equal },
  StringNotEquals: { matches: equal, negated: true },
  StringEqualsIgnoreCase: { matches: equalIgnoringCase },
  StringLike: { matches: matchesText },
  StringNotLike: { matches: matchesText, negated: true },
  // "ArnEquals and ArnLike behave identically."
  ArnEquals: { matches: matchesArn },
  ArnLike: { matches: matchesArn },
  ArnNotEquals: { matches: matchesArn, negated: true },
  ArnNotLike: { matches: matchesArn, negated: true },
  Bool: { matches: equalIgnoringCase },
};

const IF_EXISTS = /IfExists$/;

/** Whether all conditions hold: each key by one of its values. Keys are told apart without regard to case. */
export function holds(conditions: Conditions, context: RequestContext): boolean {
  const given = new Map(Object.entries(context).map(([key, value]) => [key.toLowerCase(), value]));
  return Object.entries(conditions).every(([name, keys]) =>
    Object.entries(keys).every(([key, values]) =>
      holdsOne(name, given.get(key.toLowerCase()), [values].flat()),
    ),
  );
}

function holdsOne(name: string, value: string | undefined, expected: readonly string[]): boolean {
  const { matches, negated = false } = operatorOf(name);
  // A key that the request does not have matches nothing, so that what is negated holds.
  if (value === undefined) return negated || IF_EXISTS.test(name);
  return expected.some((each) => matches(value, each)) !== negated;
}

/** @throws TypeError for an operator that is not known: it must not pass for one that holds, nor for one that does not */
function operatorOf(name: string): Operator {
  const operator = OPERATORS[name.replace(IF_EXISTS, '')];
  if (operator === undefined) {
    throw new TypeError(
      `Expected one of the condition operators ${Object.keys(OPERATORS).join(', ')}, got ${name}`,
    );
  }
  return operator;
}
