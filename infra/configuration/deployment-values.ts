import { StringConcat, Token, Tokenization } from 'aws-cdk-lib/core';

/** Stands for a part of a text. It may be part of a host name, too. */
const STAND_IN = 'known-at-deployment';

/** Stands for a whole value that must have a form of its own. */
const STAND_INS: Readonly<Record<string, string>> = {
  role_arn: `arn:aws:iam::123456789012:role/${STAND_IN}`,
};

/** Whether a text has parts that only the deployment knows. */
export function holdsDeploymentValues(text: string): boolean {
  return Token.isUnresolved(text);
}

/** Whether a text came of a stand-in, so that it says nothing of what the deployment will put there. */
export function holdsStandIn(text: string): boolean {
  return text.includes(STAND_IN);
}

/** A text with its parts that only the deployment knows replaced. */
export function withParts(text: string, part: string): string {
  if (!holdsDeploymentValues(text)) return text;
  return Tokenization.reverseString(text)
    .mapTokens({ mapToken: () => part })
    .join(new StringConcat());
}

/** A text in which what is known is written otherwise, and what only the deployment knows stands as it did. */
export function withKnownParts(text: string, write: (known: string) => string): string {
  if (!holdsDeploymentValues(text)) return write(text);
  const values = Tokenization.reverseString(text).tokens.map((token) => Token.asString(token));
  const parts = withParts(text, '\0').split('\0').map(write);
  return parts.reduce((all, part, index) => `${all}${values[index - 1]}${part}`);
}

/** JSON whose values can all be checked: what only the deployment knows is replaced by something of its form. */
export function withStandIns(json: string): string {
  return JSON.stringify(
    JSON.parse(json, (key, value) => {
      if (typeof value !== 'string' || !holdsDeploymentValues(value)) return value;
      return STAND_INS[key] ?? withParts(value, STAND_IN);
    }),
  );
}
