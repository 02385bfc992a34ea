import type { Statement } from './policy.ts';

/** A policy without one of its parts. */
export interface Reduction {
  /** The part that is gone, for people. */
  readonly name: string;
  readonly statements: readonly Statement[];
}

/** A statement and where it stands. */
export interface NamedStatement {
  readonly policy: string;
  readonly statement: Statement;
}

/** The same policy, of statements that allow one action on one resource each. */
export function pairsOf(policy: readonly NamedStatement[]): NamedStatement[] {
  return policy.flatMap(({ policy: place, statement }) =>
    [statement.Action].flat().flatMap((Action) =>
      [statement.Resource].flat().map((Resource) => ({
        policy: place,
        statement: { ...statement, Action, Resource },
      })),
    ),
  );
}

/**
 * All policies that allow a part less: a statement, an action, a resource, or a value of a condition. One that is the only
 * one of its kind is gone with its statement.
 */
export function reductionsOf(policy: readonly NamedStatement[]): Reduction[] {
  return policy.flatMap(({ policy: place, statement }, index) => {
    if (statement.Effect === 'Deny') return [];
    const others = policy.filter((_, other) => other !== index).map((each) => each.statement);
    const name = `${place}: ${[statement.Action].flat().join(', ')} on ${[statement.Resource].flat().join(', ')}`;
    return [
      { name: `the statement ${name}`, statements: others },
      ...Array.from(reducedStatements(statement), ([part, reduced]) => ({
        name: `${part} of ${place}`,
        statements: [...others, reduced],
      })),
    ];
  });
}

/** The actions of statements that deny, each gone: what its policy allows beyond the whole one. */
export function relaxationsOf(
  policy: readonly NamedStatement[],
): (Reduction & { action: string })[] {
  return policy.flatMap(({ policy: place, statement }, index) => {
    if (statement.Effect === 'Allow') return [];
    const others = policy.filter((_, other) => other !== index).map((each) => each.statement);
    return [statement.Action].flat().map((action) => ({
      name: `${action} of ${place}`,
      action,
      statements: [
        ...others,
        { ...statement, Action: [statement.Action].flat().filter((each) => each !== action) },
      ],
    }));
  });
}

function* reducedStatements(statement: Statement): Generator<[part: string, Statement]> {
  for (const [action, Action] of withoutEach([statement.Action].flat())) {
    yield [`the action ${action}`, { ...statement, Action }];
  }
  for (const [resource, Resource] of withoutEach([statement.Resource].flat())) {
    yield [
      `the resource ${resource} of ${[statement.Action].flat().join(', ')}`,
      { ...statement, Resource },
    ];
  }
  for (const [operator, keys] of Object.entries(statement.Condition ?? {})) {
    for (const [key, values] of Object.entries(keys)) {
      for (const [value, others] of withoutEach([values].flat())) {
        const Condition = { ...statement.Condition, [operator]: { ...keys, [key]: others } };
        yield [`the value ${value} of ${key}`, { ...statement, Condition }];
      }
    }
  }
}

/** Each part of several, with the others. */
function withoutEach<Part>(parts: readonly Part[]): [gone: Part, others: Part[]][] {
  if (parts.length < 2) return [];
  return parts.map((gone, index) => [gone, parts.filter((_, other) => other !== index)]);
}
