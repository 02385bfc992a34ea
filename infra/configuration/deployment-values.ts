import { StringConcat, Token, Tokenization } from 'aws-cdk-lib/core';

/** Replaces a part of a text, perhaps of a host name. */
const STAND_IN = 'known-at-deployment';

/** Replaces a whole value that must have a special form. */
const STAND_INS: Readonly<Record<string, string>> = {
  role_arn: `arn:aws:iam::123456789012:role/${STAND_IN}`,
};

/** Whether a text has parts that only the deployment knows. */
export function holdsDeploymentValues(text: string): boolean {
  return Token.isUnresolved(text);
}

/** Whether a text comes from a placeholder, so that it does not show the deployment's value. */
export function holdsStandIn(text: string): boolean {
  return text.includes(STAND_IN);
}

/** A text whose values of the deployment are replaced. */
export function withParts(text: string, part: string): string {
  if (!holdsDeploymentValues(text)) return text;
  return Tokenization.reverseString(text)
    .mapTokens({ mapToken: () => part })
    .join(new StringConcat());
}

/** A text whose known parts are rewritten, while values of the deployment stay. */
export function withKnownParts(text: string, write: (known: string) => string): string {
  if (!holdsDeploymentValues(text)) return write(text);
  const values = Tokenization.reverseString(text).tokens.map((token) => Token.asString(token));
  const parts = withParts(text, '\0').split('\0').map(write);
  return parts.reduce((all, part, index) => `${all}${values[index - 1]}${part}`);
}

/** JSON whose values can all be checked: placeholders of the right form replace values of the deployment. */
export function withStandIns(json: string): string {
  return JSON.stringify(
    JSON.parse(json, (key, value) => {
      if (typeof value !== 'string' || !holdsDeploymentValues(value)) return value;
      return STAND_INS[key] ?? withParts(value, STAND_IN);
    }),
  );
}
